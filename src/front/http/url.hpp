#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::front::http {

/// `text` with its %XX turned into bytes; nothing when one is not hexadecimal, or is a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace slipway::front::http
