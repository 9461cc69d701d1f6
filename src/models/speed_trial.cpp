#include "models/speed_trial.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstdint>
#include <optional>
#include <thread>

namespace slipway::models {

namespace {

using namespace std::chrono_literals;

constexpr double margin = 1.1;
constexpr double clear_lead = 1.3;
constexpr std::size_t enough_rounds = 3;
constexpr std::size_t most_rounds = 64;
constexpr core::Duration shortest_turn = 3ms;
constexpr core::Duration longest_turn = 50ms;
constexpr int runs_a_turn = 10;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// What is run, and on whose time.
struct Race {
  std::span<const core::TensorView> inputs;
  std::span<const std::uint32_t> outputs;
  core::Clock clock;

  /// Runs a second of one instance during `turn`, at least one run; nothing when a run fails.
  std::optional<double> alone(runtime::Runner& instance, core::Duration turn) const {
    const core::TimePoint begin = clock();
    core::Duration took{};
    for (std::int64_t runs = 1;; ++runs) {
      if (!instance.run(inputs, outputs)) return std::nullopt;
      took = clock() - begin;
      if (took >= turn) return static_cast<double>(runs) / std::max(core::seconds(took), 1e-9);
    }
  }

  /// The same of all instances at once, added up.
  std::optional<double> together(const Instances& instances, core::Duration turn) const {
    if (instances.size() == 1) return alone(*instances.front(), turn);
    std::vector<std::optional<double>> speeds(instances.size());
    {
      std::barrier start(static_cast<std::ptrdiff_t>(speeds.size()));
      std::vector<std::jthread> threads;
      threads.reserve(speeds.size());
      for (std::size_t i = 0; i < speeds.size(); ++i) {
        threads.emplace_back([&, i] {
          start.arrive_and_wait();
          speeds[i] = alone(*instances[i], turn);
        });
      }
    }
    double sum = 0;
    for (const auto& speed : speeds) {
      if (!speed) return std::nullopt;
      sum += *speed;
    }
    return sum;
  }
};

/// What one candidate reached in each round.
struct Results {
  std::vector<double> all_cores;
  std::vector<double> one_caller;
  bool failed = false;
};

/// Of those that did not fail, which all have the same rounds.
bool one_leads_clearly(std::span<const Results> results) {
  std::vector<const Results*> running;
  running.reserve(results.size());
  for (const Results& one : results) {
    if (!one.failed) running.push_back(&one);
  }
  if (results.size() < 2 || running.empty()) return true;
  const std::size_t rounds = running.front()->all_cores.size();
  if (rounds < enough_rounds) return false;
  return std::ranges::any_of(running, [&](const Results* leader) {
    return std::ranges::all_of(running, [&](const Results* other) {
      if (other == leader) return true;
      for (std::size_t round = 0; round < rounds; ++round) {
        if (leader->all_cores[round] <= clear_lead * other->all_cores[round]) return false;
      }
      return true;
    });
  });
}

}  // namespace

std::vector<Speed> measure_speeds(std::span<const Instances> candidates, std::span<const core::TensorView> inputs,
                                  std::span<const std::uint32_t> outputs, const TrialLimits& limits) {
  const Race race{inputs, outputs, limits.clock};
  const core::TimePoint end = limits.clock() + limits.most;
  std::vector<Results> results(candidates.size());

  core::Duration slowest{};  // of one run each
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto speed = race.alone(*candidates[i].front(), {});
    results[i].failed = !speed;
    if (speed) slowest = std::max(slowest, std::chrono::duration_cast<core::Duration>(1s / *speed));
  }
  const core::Duration turn = std::clamp<core::Duration>(runs_a_turn * slowest, shortest_turn, longest_turn);
  const core::Duration half_round = static_cast<std::int64_t>(candidates.size()) * std::max(turn, slowest);

  /// Each in its turn; false when there is no time for all of them.
  const auto half = [&](auto measure, std::vector<double> Results::*list) {
    if (limits.clock() + half_round > end) return false;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (results[i].failed) continue;
      const std::optional<double> speed = measure(candidates[i]);
      results[i].failed = !speed;
      (results[i].*list).push_back(speed.value_or(0));
    }
    return true;
  };
  for (std::size_t round = 0; round < most_rounds; ++round) {
    if (!half([&](const Instances& one) { return race.together(one, turn); }, &Results::all_cores)) break;
    if (one_leads_clearly(results)) break;
    // one caller's speed matters to those who are about equal otherwise
    if (round + 1 < enough_rounds) continue;
    if (!half([&](const Instances& one) { return race.alone(*one.front(), turn); }, &Results::one_caller)) break;
  }

  std::vector<Speed> speeds;
  speeds.reserve(results.size());
  for (Results& result : results) {
    speeds.push_back(result.failed ? Speed{}
                                   : Speed{median(std::move(result.all_cores)), median(std::move(result.one_caller))});
  }
  return speeds;
}

std::size_t fastest(std::span<const Speed> speeds) {
  const auto is_faster = [](const Speed& a, const Speed& b) {
    if (a.all_cores > margin * b.all_cores) return true;
    return a.all_cores * margin >= b.all_cores && a.one_caller > margin * b.one_caller;
  };
  std::size_t best = 0;
  for (std::size_t i = 1; i < speeds.size(); ++i) {
    if (is_faster(speeds[i], speeds[best])) best = i;
  }
  return best;
}

}  // namespace slipway::models
