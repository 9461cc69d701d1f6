#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/clock.hpp"
#include "core/tensor.hpp"
#include "runtime/model.hpp"

namespace slipway::models {

/// Of one loaded model; not none.
using Instances = std::vector<runtime::Runner*>;

/// Runs a second; 0 where it was not measured.
struct Speed {
  double all_cores = 0;
  double one_caller = 0;
};

struct TrialLimits {
  core::Duration most = std::chrono::seconds(1);  ///< for everything; a run that began is let end
  core::Clock clock = core::now;                  ///< a test may have its own
};

/// Measures candidates, the warm instances of each, in rounds, each in its turn for a moment, so that a machine whose
/// speed drifts slows all of them: all instances at once, each on a thread; from the third round on also one alone.
/// Ends early when one was clearly ahead in three rounds, and then has not measured one alone. A candidate that fails a
/// run keeps speed 0, as all do of whom one run takes too long for a round.
std::vector<Speed> measure_speeds(std::span<const Instances> candidates, std::span<const core::TensorView> inputs,
                                  std::span<const std::uint32_t> outputs, const TrialLimits& limits);

/// Which is to be used: the one with the most runs a second on all cores; where that is within a tenth, with one
/// caller; where that is too, the earlier.
std::size_t fastest(std::span<const Speed> speeds);

}  // namespace slipway::models
