#pragma once

#include <simdjson.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::protocol {

/// Where a text stops being JSON, and why.
struct JsonFault {
  std::size_t byte = 0;  ///< its offset from the beginning
  std::string reason;
};

/// Nothing when `text` is one JSON value (RFC 8259). Reads all of it once more, in constant memory: for errors alone,
/// since the reader that is used for requests only knows that, not where.
std::optional<JsonFault> find_json_fault(std::string_view text);

/// `error` of reading `text`, or where `text` is no JSON, that, with the byte.
core::Error with_json_fault(core::Error error, std::string_view text);

/// Reads a value that nobody asked for, so that what is no JSON in it is an error (invalid_argument) all the same: the
/// reader passes over what is not read. At most `most_depth` lists and objects within one another.
core::Result<void> check_unread(simdjson::ondemand::value value, std::size_t depth = 0);

}  // namespace slipway::protocol
