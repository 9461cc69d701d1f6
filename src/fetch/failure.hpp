#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace slipway::fetch {

/// Why a request failed, and whether it may go better another time.
struct Failure {
  core::Error error{core::Code::unknown, ""};
  bool again = false;
  unsigned status = 0;                             ///< of HTTP, where a server answered
  std::optional<std::chrono::seconds> after = {};  ///< how long the server asked to wait (Retry-After)
};

/// A Result of one try.
template <class T>
using Tried = std::expected<T, Failure>;

/// One that stays as it is, however often it is tried.
inline std::unexpected<Failure> for_good(std::string message) {
  return std::unexpected(Failure{.error = {core::Code::unavailable, std::move(message)}});
}
inline std::unexpected<Failure> for_good(core::Error error) {
  return std::unexpected(Failure{.error = std::move(error)});
}
/// One of the network or the server, which may pass.
inline std::unexpected<Failure> for_now(std::string message) {
  return std::unexpected(Failure{.error = {core::Code::unavailable, std::move(message)}, .again = true});
}

}  // namespace slipway::fetch
