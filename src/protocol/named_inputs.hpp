#pragma once

#include <simdjson.h>

#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string_view>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "core/tensor.hpp"

namespace slipway::protocol {

/// How a JSON object whose keys are names of inputs is read.
struct NamedInputsForm {
  /// The input that a key means, of those that the model has; null where it means none.
  std::function<const core::TensorInfo*(std::string_view key)> input_of;
  /// Takes what stands under a key that means no input, or says what is wrong with it.
  std::function<core::Result<void>(core::Request& request, std::string_view key, simdjson::ondemand::value value)>
      other;
  /// So many leading dimensions of size 1 are added where the nesting has fewer than the input.
  std::size_t added_dimensions_max = 1;
};

/// Reads `{"NAME": nested lists, …}`, for inputs that are all asked for. The request's inputs lie in its storage and
/// have the names of `inputs`; `body` is only read. invalid_argument names the byte where JSON is wrong, the input that
/// is wrong or missing.
core::Result<core::Request> read_named_inputs(const core::Buffer& body, std::span<const core::TensorInfo> inputs,
                                              const NamedInputsForm& form);

}  // namespace slipway::protocol
