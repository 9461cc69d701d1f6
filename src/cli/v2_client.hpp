#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/request.hpp"

namespace slipway::cli {

/// The body of a V2 inference request; with binary tensors, `json_bytes` of it are JSON.
struct V2Question {
  std::string body;
  std::size_t json_bytes = 0;
};

/// A request as a client sends it. Without `binary`, NaN and infinities are an invalid_argument, since JSON lacks them.
core::Result<V2Question> v2_question(const core::Request& request, bool binary);

/// Reads the answer to one. unavailable when it is not as the protocol has it.
core::Result<core::Response> v2_answer(std::string_view body, std::optional<std::size_t> json_bytes);

}  // namespace slipway::cli
