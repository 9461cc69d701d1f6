#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace slipway::front::grpc {

/// What the header of a call says (gRPC over HTTP/2, "Requests": doc/PROTOCOL-HTTP2.md of gRPC).
struct CallHeader {
  std::string method;
  std::string path;
  std::string content_type;
  std::string encoding;  ///< of messages that are compressed; empty: none is
  std::string timeout;
  std::string triton_grpc_error;  ///< "true": the first error of a stream is its status, and ends it

  /// Takes one field; those that have no meaning here are passed over.
  void take(std::string_view name, std::string_view value);
};

/// A longer timeout is taken for this one: its end would be beyond what a clock can tell.
inline constexpr core::Duration longest_timeout = std::chrono::hours(24 * 365);

/// "100m" is 100 ms: up to eight digits and a unit of H, M, S, m, u, n. Nothing for what is none.
std::optional<core::Duration> timeout_from(std::string_view text);

/// A status message as its header field may have it: what is not printable ASCII, and "%", as %XX. Cut to 4 KiB: a
/// client hangs up on more than it takes of header fields.
std::string percent_encoded(std::string_view message);

}  // namespace slipway::front::grpc
