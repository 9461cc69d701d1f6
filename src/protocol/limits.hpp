#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::protocol {

/// The most inputs, and the most requested outputs, of one request: each is compared with those before it.
inline constexpr std::size_t most_tensors = 1024;

/// The most dimensions of a tensor; a shape, or lists within one another, that have more are no tensor's.
inline constexpr std::size_t most_dimensions = 32;

/// The most parameters of a request: each is looked at for each thing that one may say.
inline constexpr std::size_t most_parameters = 1024;

inline std::string too_many(std::string_view what, std::size_t most = most_tensors) {
  return fmt::format("the request has over {} {}, the most that is taken", most, what);
}

}  // namespace slipway::protocol
