#pragma once

#include <boost/json.hpp>

#include "core/tensor.hpp"

/// JSON schemas and examples of tensors, for the OpenAPI document. Free functions without state.
namespace slipway::protocol::openapi {

/// More elements than this in one example would drown the page that shows it: it is given by an address of its own.
inline constexpr std::int64_t most_shown_elements = 4096;
/// No example is made of more.
inline constexpr std::int64_t most_example_elements = 4 << 20;

/// The numbers or texts that an element of an input may be.
boost::json::object element_schema(core::DataType dtype);

/// Nested lists of an input's shape. Fixed dimensions are demanded where the tensor is small; a large one says its
/// shape in the description alone, since tools that make requests from schemas would have to make it up element by
/// element.
boost::json::object nested_input_schema(const core::TensorInfo& info);

/// Nested lists of an output: its rank alone, since what a model declares of its outputs may be less exact than what it
/// gives. NaN and infinities are null.
boost::json::object nested_output_schema(const core::TensorInfo& info);

/// A tensor of the V2 protocol, as a request has it and as an answer has it.
boost::json::object v2_input_schema(const core::TensorInfo& info);
boost::json::object v2_output_schema(const core::TensorInfo& info);

/// A small shape that the model should take: one row, 32 for the sides of pictures, 8 for other dynamic dimensions.
core::Shape example_shape(const core::TensorInfo& info);

/// An example with that shape, as nested lists and as a tensor of the V2 protocol.
boost::json::value nested_example(const core::TensorInfo& info);
boost::json::object v2_example(const core::TensorInfo& info);

}  // namespace slipway::protocol::openapi
