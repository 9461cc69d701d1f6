#pragma once

#include <string>
#include <string_view>

namespace slipway::speech {

/// English text with what is read better in figures and signs written so, as Watson's `smart_formatting` does: numbers
/// from ten up and of several words, years, ordinals, series of three digits and more, times of the day with am or pm,
/// per cent, dollars and euros (pounds where they are money for certain), addresses of mail and of the web that were
/// spelled with "at" and "dot". What may mean several things, as "three fifty" does, stays as it was said.
std::string smart_format(std::string_view text);

}  // namespace slipway::speech
