#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::core {

/// `text` as one segment of a URL's path: what may not stand there (RFC 3986, 3.3), and braces, percent-encoded.
std::string path_segment(std::string_view text);

/// `text` with its %XX turned into bytes; nothing when one is not hexadecimal, or is a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace slipway::core
