#include "admission/admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "config/limits.hpp"

namespace slipway::admission {

using core::invalid;

namespace {

core::Result<void> check_input(const models::ModelVersion& version, const core::TensorView& given,
                               const core::TensorInfo& expected) {
  const auto where = [&] { return fmt::format(R"(input "{}" of model "{}")", expected.name, version.name()); };
  if (given.dtype != expected.dtype)
    return invalid(
        fmt::format("{}: {} given, {} expected", where(), core::name_of(given.dtype), core::name_of(expected.dtype)));
  if (!core::matches(given.shape, expected.shape))
    return invalid(fmt::format("{}: shape {} given, {} expected", where(), core::to_string(given.shape),
                               core::to_string(expected.shape)));
  if (auto checked = core::check_size(given); !checked) return std::unexpected(checked.error().within(where()));
  return {};
}

/// Finds the input that the model does not have, or that is given twice.
core::Result<void> check_names(const models::ModelVersion& version, const core::Request& request) {
  const std::vector<core::TensorInfo>& infos = version.inputs();
  for (const core::TensorView& given : request.inputs) {
    if (std::ranges::find(infos, given.name, &core::TensorInfo::name) == infos.end())
      return invalid(fmt::format(R"(model "{}" has no input "{}"; there are: {})", version.name(), given.name,
                                 core::quoted_names(infos)));
    if (std::ranges::count(request.inputs, given.name, &core::TensorView::name) > 1)
      return invalid(fmt::format(R"(input "{}" of model "{}" is given twice)", given.name, version.name()));
  }
  return {};
}

/// Puts the inputs into the model's order, each checked.
core::Result<void> order_inputs(const models::ModelVersion& version, core::Request& request) {
  auto next = request.inputs.begin();
  for (const core::TensorInfo& info : version.inputs()) {
    const auto given =
        std::ranges::find(next, request.inputs.end(), std::string_view(info.name), &core::TensorView::name);
    if (given == request.inputs.end()) {
      TRY_VOID(check_names(version, request));  // a name that is none is likelier the mistake
      return invalid(fmt::format(R"(input "{}" of model "{}" is missing; expected are: {})", info.name, version.name(),
                                 core::quoted_names(version.inputs())));
    }
    TRY_VOID(check_input(version, *given, info));
    if (given != next) std::iter_swap(given, next);
    ++next;
  }
  if (next != request.inputs.end()) return check_names(version, request);
  return {};
}

core::Result<std::vector<std::uint32_t>> wanted_outputs(const models::ModelVersion& version,
                                                        const core::Request& request) {
  const std::vector<core::TensorInfo>& infos = version.outputs();
  std::vector<std::uint32_t> wanted;
  if (request.outputs.empty()) {
    wanted.resize(infos.size());
    std::iota(wanted.begin(), wanted.end(), 0U);
    return wanted;
  }
  for (const std::string& name : request.outputs) {
    const auto at = std::ranges::find(infos, name, &core::TensorInfo::name);
    if (at == infos.end())
      return invalid(fmt::format(R"(model "{}" has no output "{}"; there are: {})", version.name(), name,
                                 core::quoted_names(infos)));
    wanted.push_back(static_cast<std::uint32_t>(at - infos.begin()));
  }
  std::ranges::sort(wanted);
  if (std::ranges::adjacent_find(wanted) != wanted.end())
    return invalid(fmt::format(R"(model "{}": an output is requested twice)", version.name()));
  return wanted;
}

/// All inputs have one number of rows where the model batches. None are given to a model whose inputs the server fills:
/// those of a sequence, each request of which is one row.
core::Result<std::int64_t> rows_of(const models::ModelVersion& version, const core::Request& request) {
  if (version.max_batch_size() == 0 || request.inputs.empty()) return 1;
  const std::int64_t rows = request.inputs.front().shape[0];
  for (const core::TensorView& input : request.inputs) {
    if (input.shape[0] != rows)
      return invalid(fmt::format(R"(model "{}": input "{}" has {} rows, input "{}" has {}; they must be equal)",
                                 version.name(), input.name, input.shape[0], request.inputs.front().name, rows));
  }
  // no byte stands for a row of an empty tensor, so nothing else bounds what a client may claim
  const bool claimed = std::ranges::all_of(request.inputs, [](const auto& input) { return input.bytes.empty(); });
  if (claimed && rows > config::most_batch_rows)
    return invalid(fmt::format(R"(model "{}": {} rows of nothing given, at most {} expected)", version.name(), rows,
                               config::most_batch_rows));
  if (rows == 0) return invalid(fmt::format(R"(model "{}": 0 rows given, at least 1 expected)", version.name()));
  const auto limit = version.spec().max_batch_size;
  if (limit && rows > *limit)
    return invalid(fmt::format(R"(model "{}": {} rows given, max_batch_size is {})", version.name(), rows, *limit));
  return rows;
}

/// The request's parameters that say how it is to be scheduled.
core::Result<void> read_schedule(scheduler::Job& job) {
  for (const auto& [key, value] : job.request.parameters) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (key == "timeout") {
      constexpr std::int64_t most = config::most_timeout_us;
      if (number == nullptr || *number < 0 || *number > most)
        return invalid(fmt::format(R"(parameter "timeout": a number of microseconds from 0 to {} expected)", most));
      job.timeout = std::chrono::microseconds(*number);
    } else if (key == "priority") {
      if (number == nullptr || *number < 0)
        return invalid(
            R"(parameter "priority": an integer expected: 1 for the highest, 2, …, or 0 for the model's default)");
      constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
      job.priority = static_cast<std::uint32_t>(std::min(*number, most));
    }
  }
  return {};
}

/// Reads the place of a request in its sequence, for a model that has them.
core::Result<void> set_sequence(const models::ModelVersion& version, core::Request& request) {
  if (!version.spec().sequence) return {};
  core::SequencePlace place;
  for (const auto& [key, value] : request.parameters) {
    if (key == "sequence_start" || key == "sequence_end") {
      const auto* flag = std::get_if<bool>(&value);
      if (flag == nullptr) return invalid(fmt::format(R"(parameter "{}": true or false expected)", key));
      (key == "sequence_start" ? place.start : place.end) = *flag;
    } else if (key == "sequence_id") {
      if (const auto* number = std::get_if<std::int64_t>(&value); number != nullptr && *number >= 0) {
        place.id = static_cast<std::uint64_t>(*number);
      } else if (const auto* large = std::get_if<std::uint64_t>(&value)) {
        place.id = *large;
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        place.id = *text;
      } else {
        return invalid(R"(parameter "sequence_id": a number from 1 up or a text expected)");
      }
    }
  }
  const auto* text = std::get_if<std::string>(&place.id);
  if (text != nullptr ? text->empty() : std::get<std::uint64_t>(place.id) == 0) {
    return invalid(
        fmt::format(R"(model "{}" has sequences: the parameter "sequence_id", a number from 1 up or a text, )"
                    "says to which a request belongs",
                    version.name()));
  }
  request.sequence = std::move(place);
  return {};
}

/// The request's own timeout; where the model has policies for its queue, they judge it.
void set_deadline(const config::ModelSpec& spec, scheduler::Job& job) {
  core::Request& request = job.request;
  if (!spec.priorities && job.timeout > core::Duration::zero())
    request.deadline = std::min(request.deadline, request.received + job.timeout);
}

core::Result<scheduler::Job> admit(const models::ModelVersion& version, core::Request& request) {
  TRY_VOID(order_inputs(version, request));
  TRY(auto outputs, wanted_outputs(version, request));
  TRY(const std::int64_t rows, rows_of(version, request));
  TRY_VOID(set_sequence(version, request));
  scheduler::Job job;
  job.outputs = std::move(outputs);
  job.rows = rows;
  job.request = std::move(request);
  TRY_VOID(read_schedule(job));
  set_deadline(version.spec(), job);
  return job;
}

}  // namespace

void infer(const models::Handle& version, core::Request request, core::Completion done) {
  auto job = admit(*version, request);
  if (!job) {
    version->probe().rejected(job.error().code());
    done(std::unexpected(std::move(job).error()));
    return;
  }
  job->done = std::move(done);
  version->infer(*std::move(job));
}

}  // namespace slipway::admission
