#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/tensor.hpp"
#include "slipway/backend.h"

namespace slipway::runtime {

// What crosses slipway/backend.h, turned into the program's types. A backend is somebody else's code: what it says is
// checked before it is believed.

/// More dimensions than any runtime has: what is beyond is no rank, but memory read by mistake.
inline constexpr std::uint32_t rank_max = 64;

/// The error that a call of `backend` gave. A code that the header does not have becomes internal.
core::Error error_from(std::string_view backend, slipway_code code, const slipway_error& error);

/// Calls into `backend`: `body` takes a slipway_error* and gives a slipway_code. An exception, which the header
/// forbids, becomes an internal error; it goes no further.
template <class Body>
core::Result<void> call(std::string_view backend, Body&& body) {
  slipway_error error{};
  try {
    const slipway_code code = body(&error);
    if (code == SLIPWAY_OK) return {};
    return std::unexpected(error_from(backend, code, error));
  } catch (const std::exception& exception) {
    return core::fail(core::Code::internal,
                      fmt::format("backend {} threw an exception: {}", backend, exception.what()));
  } catch (...) {
    return core::fail(core::Code::internal, fmt::format("backend {} threw something that is no exception", backend));
  }
}

/// "" for a null pointer.
inline std::string text_from(const char* text) { return text == nullptr ? std::string() : std::string(text); }

/// The inputs or outputs (`what`) that a model declares. internal when a name, type or shape is none, or a name is
/// given twice.
core::Result<std::vector<core::TensorInfo>> infos_from(std::string_view what,
                                                       std::span<const slipway_tensor_info> infos);

}  // namespace slipway::runtime
