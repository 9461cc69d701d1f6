#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"
#include "protocol/shared_tensor.hpp"

namespace slipway::protocol {

/// One entry of a request's "inputs".
struct JsonInput {
  std::string_view name;  ///< in the document's text; one with escapes is valid until the parser reads another document
  core::DataType dtype = core::DataType::fp32;
  core::Shape shape;
  std::optional<std::uint64_t> binary_size;  ///< its bytes follow the JSON; else they are in `data`
  SharedClaim shared;                        ///< or there
  core::Buffer data;
};

/// Reads `input`, whose fields may stand in any order, in one pass where "data" is behind "datatype" and "shape", as
/// all clients have it. `index` is for the sentences of errors before its name is known.
core::Result<JsonInput> read_json_input(simdjson::ondemand::object input, std::size_t index);

}  // namespace slipway::protocol
