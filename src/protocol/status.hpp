#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::protocol {

/// The one map from errors to HTTP: 400 for the client's mistakes, 404, 429/503 where trying again helps, 504 for a
/// deadline, 499 for a client that has gone, 500 only for our own faults.
unsigned http_status(core::Code code);

/// Seconds for Retry-After, or 0 when trying again does not help.
unsigned retry_after_seconds(core::Code code);

/// `{"error":"…"}`, of what is told of the sentence.
std::string error_body(std::string_view sentence);

}  // namespace slipway::protocol
