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
  /// A key that means no input and holds an object of further keys, which are read as those around it.
  std::string_view nested{};
  /// Takes what stands under a key that means no input, or says what is wrong with it. `inside`: of the nested object.
  std::function<core::Result<void>(core::Request& request, std::string_view key, simdjson::ondemand::value value,
                                   bool inside)>
      other;
  /// So many leading dimensions of size 1 are added where the nesting has fewer than the input.
  std::size_t added_dimensions_max = 1;
  /// Whether a flat list fills the shape of an input that has more dimensions: the fixed ones first, the innermost
  /// dynamic one with what there is, as Triton has it.
  bool fills_shapes = false;
};

/// Reads `{"NAME": nested lists, …}`, for inputs that are all asked for. The request's inputs lie in its storage and
/// have the names of `inputs`; `body` is only read. invalid_argument names the byte where JSON is wrong, the input that
/// is wrong or missing.
core::Result<core::Request> read_named_inputs(const core::Buffer& body, std::span<const core::TensorInfo> inputs,
                                              const NamedInputsForm& form);

}  // namespace slipway::protocol
