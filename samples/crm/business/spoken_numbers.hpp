#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "business/dictated_words.hpp"

namespace crm {

/// The value of a single number word of English or Portuguese below one hundred, and of Portuguese hundreds.
std::optional<int> number_word(std::string_view folded, std::string_view language);
/// "and" or "e" between the parts of a number.
bool joins_numbers(std::string_view folded, std::string_view language);

/// A telephone number as people say it: digit by digit, in pairs, "double five", "oh", "meia", "plus", or in digits.
/// Only digits, with a + before and " ext. 12" after where they were said. At least three digits.
Read<std::string> read_phone(Words words, std::string_view language);

/// A whole number as "twelve thousand five hundred", "doze mil e quinhentos", "12", below 10^12.
Read<std::int64_t> read_number(Words words, std::string_view language);

}  // namespace crm
