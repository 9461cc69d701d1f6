#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "metrics/trace_settings.hpp"

namespace slipway::protocol {

/// The body of a request to change what is traced: {"trace_level": ["TIMESTAMPS"], "trace_rate": "1"}. A value is a
/// string, a number, a list of strings, or null to take back what was said.
core::Result<metrics::TraceChanges> decode_trace_changes(std::string_view body);

/// {"trace_level":["OFF"],"trace_rate":"1000",…}
std::string encode_trace_settings(const metrics::TraceSettings& settings);

}  // namespace slipway::protocol
