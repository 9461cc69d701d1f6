#pragma once

#include <string>
#include <string_view>

namespace slipway::core {

/// Whether text is UTF-8 without control characters, which end lines and steer terminals.
bool is_printable(std::string_view text);

/// It with a question mark for each control character, and where it is no UTF-8 for each byte that is not ASCII: what
/// came from elsewhere, in a line of a message or of a file.
std::string printable(std::string_view text);

}  // namespace slipway::core
