#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::protocol {

// NaN and the infinities are no JSON (RFC 8259, 6), but Python's json, Triton and TensorFlow Serving write them as
// words and read them: NaN, Infinity, -Infinity, and of what RapidJSON reads also Inf and -Inf.

/// The number that a token names, behind which white space may stand; none where it is no such word.
std::optional<double> non_finite(std::string_view token);

/// The word for a number that is NaN or infinite.
std::string_view word_of(double number);

/// The same text with zeros in place of such words, as long as it was, for who reads JSON alone.
std::string without_non_finite(std::string_view text);

}  // namespace slipway::protocol
