#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::protocol {

/// Where a text stops being JSON, and why.
struct JsonFault {
  std::size_t byte = 0;  ///< its offset from the beginning
  std::string reason;
};

/// Nothing when `text` is one JSON value (RFC 8259). Reads all of it once more, in constant memory: for errors alone,
/// since the reader that is used for requests only knows that, not where.
std::optional<JsonFault> find_json_fault(std::string_view text);

}  // namespace slipway::protocol
