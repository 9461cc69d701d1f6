#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::cli {

/// "5s", "500ms", "2m", "1h", or seconds alone: "5", "0.5". invalid_argument for anything else, below 0 or over a day.
core::Result<std::chrono::milliseconds> duration_from(std::string_view text);

/// The same of an option that may not have been given; an error begins with its name.
core::Result<std::optional<std::chrono::milliseconds>> duration_of_option(const char* option,
                                                                          const std::optional<std::string>& given);

}  // namespace slipway::cli
