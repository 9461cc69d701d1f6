#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/request.hpp"
#include "core/tensor.hpp"

namespace slipway::protocol {

/// This thread's JSON parser, for one document at a time. What it grew to for a large one is given back after it.
class BorrowedParser {
 public:
  BorrowedParser() = default;
  ~BorrowedParser() {
    constexpr std::size_t most_kept_bytes = 1U << 20U;
    if (parser().capacity() > most_kept_bytes) parser() = simdjson::ondemand::parser();
  }
  BorrowedParser(const BorrowedParser&) = delete;
  BorrowedParser& operator=(const BorrowedParser&) = delete;
  simdjson::ondemand::parser* operator->() { return &parser(); }

 private:
  static simdjson::ondemand::parser& parser() {
    static thread_local simdjson::ondemand::parser instance;
    return instance;
  }
};

/// Whether nothing but white space is left in a document of which one value was read to its end.
inline bool at_end(simdjson::ondemand::document& document) {
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

/// Parses a JSON list, flat or nested as `shape` is (dimensions of 1 aside), into the memory of a tensor of `dtype`.
/// For floats the words of protocol/non_finite.hpp are numbers. Sentences begin with nothing; the caller adds which
/// input it was.
core::Result<core::Buffer> parse_tensor_data(simdjson::ondemand::value data, core::DataType dtype,
                                             std::span<const std::int64_t> shape);

/// The same when nobody gave a shape: `{"input": [[1,2],[3,4]]}`. The nesting gives it; ragged lists are an
/// invalid_argument. A bare number is a scalar.
core::Result<core::Tensor> parse_nested_tensor(simdjson::ondemand::value data, std::string name, core::DataType dtype);

/// How what JSON lacks is written: `json` makes null of NaN and infinities and U+FFFD of bytes that are no UTF-8;
/// `exact` writes the former as words (protocol/non_finite.hpp) and the latter as {"b64": "…"}, as the parsers above
/// read them; `base64` writes all texts so.
enum class Written { json, exact, base64 };

/// Appends the elements as one flat list, "[1,2,3]", NaN and infinities as words. invalid_argument for bytes that are
/// no UTF-8.
core::Result<void> append_flat(std::string& out, const core::TensorView& tensor);

/// Appends the elements nested by the shape, "[[1,2],[3,4]]".
core::Result<void> append_nested(std::string& out, const core::TensorView& tensor, Written how);

/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_string(std::string& out, std::string_view text);

/// A parameter's value: a boolean, a number or a string. The sentence of an error begins with nothing.
core::Result<core::Parameter> parse_parameter(simdjson::ondemand::value value);

/// Appends a parameter's value.
void append_parameter(std::string& out, const core::Parameter& value);

}  // namespace slipway::protocol
