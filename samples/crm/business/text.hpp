#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crm {

/// Without accents and case, for search and sorting: "São José" becomes "sao jose". Text that is not UTF-8 comes back
/// empty.
std::string fold(std::string_view text);

/// Composed (NFC) and without blanks at its ends, so that the same words are the same bytes; nothing if it is not
/// UTF-8.
std::optional<std::string> clean(std::string_view text);

bool is_utf8(std::string_view text);

std::size_t characters(std::string_view text);  ///< code points of text that is UTF-8

/// "42" or "-7" and nothing else; nothing where it is no number of 64 bits.
std::optional<std::int64_t> whole_number(std::string_view text);

/// Not what a mail server would say of it, but enough to catch a slip: one @, a dot after it, nothing that separates.
bool looks_like_email(std::string_view text);

/// Whether it has control characters; line breaks and tabs may be let pass.
bool has_control_characters(std::string_view text, bool lines_allowed);

}  // namespace crm
