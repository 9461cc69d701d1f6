#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/dtype.hpp"
#include "core/tensor.hpp"

namespace slipway::config {

/// An input that tells the model where in its sequence a request stands; clients do not send it.
struct SequenceControl {
  enum class Kind { start, end, ready, correlation_id };
  std::string input;
  Kind kind = Kind::start;
  core::DataType dtype = core::DataType::fp32;
  double when_false = 0;
  double when_true = 1;
};

/// A state that the server keeps: what output `output` of one request gives is input `input` of the next.
struct SequenceState {
  std::string input;
  std::string output;
  std::vector<std::byte> initial;              ///< of the first request; empty: zeros
  std::optional<core::Shape> initial_shape{};  ///< nothing: the input's, 1 where it is dynamic
};

/// Requests of one sequence_id belong together: they run in their order, one at a time.
struct SequenceSpec {
  std::chrono::microseconds max_idle{1'000'000};  ///< a sequence that gets nothing for so long ends
  std::size_t max_sequences = 1024;               ///< open at one time
  std::vector<SequenceControl> controls;
  std::vector<SequenceState> states;
  bool is_tritons = false;  ///< a Triton configuration says all this, and `ModelSpec::triton_config` has its words
};

}  // namespace slipway::config
