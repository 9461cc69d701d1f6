#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/tensor.hpp"
#include "models/choice_file.hpp"
#include "models/speed_trial.hpp"
#include "runtime/model.hpp"

namespace slipway::models {

/// A model as one backend has loaded it, with the instances that would serve it.
struct Candidate {
  std::string backend;
  std::vector<core::TensorInfo> inputs;
  std::vector<core::TensorInfo> outputs;
  std::vector<std::unique_ptr<runtime::Runner>> instances;
};

/// Compares backends on made inputs: whoever has the same inputs and outputs as the first and gives its answers, for
/// one row and for two, is measured beside it, and the fastest is chosen. Takes no longer than `limits` say and the
/// runs that had begun. Nothing where the first cannot be run on made inputs. `files` of the speeds are left to the
/// caller.
std::optional<Choice> compare_backends(std::span<const Candidate> candidates, const TrialLimits& limits = {});

}  // namespace slipway::models
