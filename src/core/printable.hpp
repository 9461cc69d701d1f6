#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::core {

/// Whether text is UTF-8 without control characters, which end lines and steer terminals.
bool is_printable(std::string_view text);

/// It with a question mark for each control character, and where it is no UTF-8 for each byte that is not ASCII: what
/// came from elsewhere, in a line of a message or of a file.
std::string printable(std::string_view text);

/// Where the next control character is, of one byte or, beyond ASCII, of two; npos where there is none.
std::size_t find_control(std::string_view text, std::size_t from = 0);

/// Up to `most` bytes of UTF-8 text, cut between two letters.
std::string_view beginning(std::string_view text, std::size_t most);

/// What is told of a sentence, to a client or a log: 2 KiB at most and " …", since it may quote a name or a message of
/// any length.
std::string told(std::string_view sentence);

/// Text with what `put(std::string& out, std::string_view control)` appends in the place of each control character.
template <class Put>
std::string with_controls(std::string_view text, const Put& put) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t control = std::min(find_control(text, at), text.size());
    out.append(text.substr(at, control - at));
    if (control == text.size()) break;
    const std::size_t bytes = static_cast<unsigned char>(text[control]) < 0x80 ? 1 : 2;
    put(out, text.substr(control, bytes));
    at = control + bytes;
  }
  return out;
}

}  // namespace slipway::core
