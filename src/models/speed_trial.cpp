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
  std::optional<double> together(const Contestant& contestant, core::Duration turn) const {
    if (contestant.instances.size() == 1) return alone(*contestant.instances.front(), turn);
    std::vector<std::optional<double>> speeds(contestant.instances.size());
    {
      std::barrier start(static_cast<std::ptrdiff_t>(speeds.size()));
      std::vector<std::jthread> threads;
      threads.reserve(speeds.size());
      for (std::size_t i = 0; i < speeds.size(); ++i) {
        threads.emplace_back([&, i] {
          start.arrive_and_wait();
          speeds[i] = alone(*contestant.instances[i], turn);
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

/// What one contestant reached in each round.
struct Results {
  std::vector<double> all_cores;
  std::vector<double> one_caller;
  bool failed = false;
};

/// Whether one was ahead of every other in each of enough rounds on all cores.
bool one_leads_clearly(std::span<const Results> results) {
  const auto leads = [](const Results& a, const Results& b) {
    return a.all_cores.size() >= enough_rounds &&
           std::ranges::equal(a.all_cores, b.all_cores, [](double x, double y) { return x > clear_lead * y; });
  };
  return std::ranges::any_of(results, [&](const Results& leader) {
    return !leader.failed && std::ranges::all_of(results, [&](const Results& other) {
      return &other == &leader || other.failed || leads(leader, other);
    });
  });
}

}  // namespace

std::vector<Speed> measure_speeds(std::span<const Contestant> contestants, std::span<const core::TensorView> inputs,
                                  std::span<const std::uint32_t> outputs, const TrialLimits& limits) {
  const Race race{inputs, outputs, limits.clock};
  const core::TimePoint end = limits.clock() + limits.most;
  std::vector<Results> results(contestants.size());

  core::Duration slowest{};  // of one run each
  for (std::size_t i = 0; i < contestants.size(); ++i) {
    const auto speed = race.alone(*contestants[i].instances.front(), {});
    results[i].failed = !speed;
    if (speed) slowest = std::max(slowest, std::chrono::duration_cast<core::Duration>(1s / *speed));
  }
  const core::Duration turn = std::clamp<core::Duration>(runs_a_turn * slowest, shortest_turn, longest_turn);
  const core::Duration half_round = static_cast<std::int64_t>(contestants.size()) * std::max(turn, slowest);

  /// Each in its turn; false when there is no time for all of them.
  const auto half = [&](auto measure, std::vector<double> Results::*list) {
    if (limits.clock() + half_round > end) return false;
    for (std::size_t i = 0; i < contestants.size(); ++i) {
      if (results[i].failed) continue;
      const std::optional<double> speed = measure(contestants[i]);
      results[i].failed = !speed;
      (results[i].*list).push_back(speed.value_or(0));
    }
    return true;
  };
  for (std::size_t round = 0; round < most_rounds; ++round) {
    if (!half([&](const Contestant& one) { return race.together(one, turn); }, &Results::all_cores)) break;
    if (one_leads_clearly(results)) break;
    // one caller's speed matters to those who are about equal otherwise
    if (round + 1 < enough_rounds) continue;
    if (!half([&](const Contestant& one) { return race.alone(*one.instances.front(), turn); }, &Results::one_caller))
      break;
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
