#include "models/backend_trial.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "models/made_inputs.hpp"
#include "models/same_numbers.hpp"
#include "models/trial.hpp"

namespace slipway::models {

namespace {

/// Whether what one backend says of a tensor can be what the other says: it may know a dimension that the other leaves
/// open.
bool fits(const core::TensorInfo& a, const core::TensorInfo& b) {
  return a.name == b.name && a.dtype == b.dtype &&
         std::ranges::equal(a.shape, b.shape, [](auto x, auto y) { return x == y || x == -1 || y == -1; });
}

bool same_interface(const Candidate& a, const Candidate& b) {
  return std::ranges::equal(a.inputs, b.inputs, fits) && std::ranges::equal(a.outputs, b.outputs, fits);
}

std::vector<std::uint32_t> all_outputs(const Candidate& candidate) {
  std::vector<std::uint32_t> numbers(candidate.outputs.size());
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

bool same_answers(const std::vector<core::Tensor>& a, const std::vector<core::Tensor>& b) {
  return std::ranges::equal(
      a, b, [](const core::Tensor& x, const core::Tensor& y) { return compare(x, y) == Likeness::same; });
}

/// The answers of the first candidate for one row and, where it takes them, for two.
struct Reference {
  std::vector<core::Tensor> inputs;
  std::vector<core::Tensor> answers;
};

std::vector<Reference> references(const Candidate& first, const Trial& trial) {
  std::vector<Reference> made;
  for (const std::int64_t rows : {1, 2}) {
    auto inputs = trial.inputs(rows);
    if (!inputs) continue;
    const bool one_size = !made.empty() && std::ranges::equal(*inputs, made.front().inputs, {}, &core::Tensor::shape,
                                                              &core::Tensor::shape);
    if (one_size) continue;
    auto answers = first.instances.front()->run(views_of(*inputs), all_outputs(first));
    if (answers) made.push_back({*std::move(inputs), *std::move(answers)});
  }
  return made;
}

/// Why `candidate` cannot take the first one's place; "" when it can. Its instances are warm then.
std::string objection(const Candidate& first, const Candidate& candidate, const std::vector<Reference>& references) {
  if (!same_interface(first, candidate)) return "other inputs or outputs";
  for (const Reference& reference : references) {
    const auto answers = candidate.instances.front()->run(views_of(reference.inputs), all_outputs(candidate));
    if (!answers) return "fails on it";
    if (!same_answers(reference.answers, *answers)) return "other answers";
  }
  return "";
}

void warm(const Candidate& candidate, const Reference& reference) {
  for (std::size_t i = 1; i < candidate.instances.size(); ++i) {
    const auto answers = candidate.instances[i]->run(views_of(reference.inputs), all_outputs(candidate));
    (void)answers;  // its only use was to be computed
  }
}

}  // namespace

std::optional<Choice> compare_backends(std::span<const Candidate> candidates, const TrialLimits& limits) {
  const core::TimePoint begin = limits.clock();
  const Candidate& first = candidates.front();
  const Trial trial(*first.instances.front(), first.inputs, first.outputs);
  const auto made = references(first, trial);
  if (made.empty()) return std::nullopt;

  Choice choice{.backend = first.backend, .speeds = {}};
  std::vector<std::size_t> places;  // of those that are measured
  std::vector<Instances> measured;
  for (const Candidate& candidate : candidates) {
    const bool is_first = &candidate == &first;
    BackendSpeed& speed = choice.speeds.emplace_back();
    speed.backend = candidate.backend;
    if (!is_first) speed.remark = objection(first, candidate, made);
    if (!speed.remark.empty()) continue;
    warm(candidate, made.front());
    places.push_back(choice.speeds.size() - 1);
    Instances& instances = measured.emplace_back();
    for (const auto& instance : candidate.instances) instances.push_back(instance.get());
  }
  if (measured.size() < 2) return choice;

  const core::Duration left = limits.most - (limits.clock() - begin);
  const auto speeds = measure_speeds(measured, views_of(made.front().inputs), all_outputs(first),
                                     {.most = left, .clock = limits.clock});
  for (std::size_t i = 0; i < places.size(); ++i) {
    BackendSpeed& speed = choice.speeds[places[i]];
    speed.all_cores = speeds[i].all_cores;
    speed.one_caller = speeds[i].one_caller;
    if (speed.all_cores == 0) speed.remark = "too slow to be measured";
  }
  choice.backend = choice.speeds[places[fastest(speeds)]].backend;
  return choice;
}

}  // namespace slipway::models
