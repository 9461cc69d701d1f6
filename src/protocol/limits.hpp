#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::protocol {

/// The most inputs, and the most requested outputs, of one request: each is compared with those before it.
inline constexpr std::size_t most_tensors = 1024;

inline std::string too_many(std::string_view what) {
  return fmt::format("the request has over {} {}, the most that is taken", most_tensors, what);
}

}  // namespace slipway::protocol
