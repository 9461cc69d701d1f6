#include "cli/bench_target.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "cli/infer_input.hpp"
#include "cli/npy.hpp"
#include "models/made_inputs.hpp"

namespace slipway::cli {

namespace {

using namespace std::chrono_literals;

/// How the first request over this transport ends.
core::Result<void> try_once(const measure::Transport& transport) {
  constexpr auto limit = 60s;
  TRY(const auto lanes, transport.open(1));
  lanes->send(0);
  std::vector<measure::Ended> ended;
  const core::TimePoint until = core::now() + limit;
  while (ended.empty() && core::now() < until) lanes->wait(until, ended);
  if (ended.empty()) return core::fail(core::Code::unavailable, fmt::format("no answer within {} s", limit.count()));
  if (ended.front().outcome == measure::Outcome::answered) return {};
  return core::invalid(ended.front().error);
}

std::vector<core::TensorInfo> infos_of(const std::vector<core::Tensor>& tensors) {
  std::vector<core::TensorInfo> infos;
  infos.reserve(tensors.size());
  for (const core::Tensor& tensor : tensors)
    infos.push_back({.name = tensor.name, .dtype = tensor.dtype, .shape = tensor.shape, .dim_names = {}});
  return infos;
}

core::Result<std::vector<core::Tensor>> inputs_from_file(const std::string& file,
                                                         const std::vector<core::TensorInfo>& inputs) {
  const InputKind kind = kind_of(file);
  if (kind == InputKind::thing) return core::invalid(fmt::format("--input {}: a .json or .npy file expected", file));
  TRY(core::Buffer content, read_file(file));
  auto request = request_from(std::move(content), kind, inputs, "");
  if (!request) return std::unexpected(request.error().within(fmt::format("--input {}", file)));
  std::vector<core::Tensor> tensors;
  tensors.reserve(request->inputs.size());
  for (const core::TensorView& input : request->inputs) {
    tensors.push_back({.name = std::string(input.name),
                       .dtype = input.dtype,
                       .shape = input.shape,
                       .data = core::Buffer::copy_of(input.bytes)});
  }
  return tensors;
}

core::Result<Target> target_from(const Door& door, const TargetOptions& options, std::vector<core::Tensor> inputs) {
  Target target;
  target.subject.target = options.target;
  target.subject.model = door.model();
  target.subject.protocol = door.protocol();
  target.subject.shared_memory = options.shared_memory;
  target.subject.inputs = infos_of(inputs);
  if (!inputs.empty() && !inputs.front().shape.empty()) target.subject.rows = inputs.front().shape[0];
  TRY(auto way, door.way(std::move(inputs)));
  target.subject.request_bytes = way.request_bytes;
  target.transport = std::move(way.transport);
  return target;
}

}  // namespace

core::Result<Target> target_behind(const Door& door, const TargetOptions& options) {
  TRY(const auto infos, door.inputs());
  if (!options.input_file.empty()) {
    TRY(auto inputs, inputs_from_file(options.input_file, infos));
    TRY(Target target, target_from(door, options, std::move(inputs)));
    TRY_VOID(try_once(*target.transport));
    return target;
  }
  TRY(const auto ways, sized_inputs(infos, options.sizes));
  std::string refusal;
  for (const auto& sized : ways) {
    auto inputs = models::made_inputs(sized, {});
    if (!inputs) return core::invalid(fmt::format("model \"{}\": a request would take more than 64 MiB", door.model()));
    auto target = target_from(door, options, *std::move(inputs));
    if (target) target->subject.guessed = ways.size() > 1;
    const auto answer = target ? try_once(*target->transport) : std::unexpected(target.error());
    if (answer) return target;
    if (ways.size() == 1 || answer.error().code() != core::Code::invalid_argument)
      return std::unexpected(answer.error());
    refusal = answer.error().message();
  }
  return core::invalid(
      fmt::format("model \"{}\" leaves dimensions open, and refuses those tried (the last with: {}); say "
                  "how large, as --shape {}:1,64",
                  door.model(), refusal, infos.front().name));
}

}  // namespace slipway::cli
