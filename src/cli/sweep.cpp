#include "cli/sweep.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>

namespace slipway::cli {

namespace {

constexpr std::size_t most_values = 100;

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(mark);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

core::Result<double> parse_number(std::string_view option, std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure == std::errc() && end == text.data() + text.size() && std::isfinite(value) && value > 0) return value;
  return core::invalid(fmt::format(R"({}: "{}" given, a number above 0 expected)", option, text));
}

core::Result<std::vector<double>> parse_range(std::string_view option, std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 3)
    return core::invalid(fmt::format("{} {}: FIRST:LAST:STEP or FIRST:LAST:*FACTOR expected", option, text));
  const bool multiplies = parts[2].starts_with('*');
  TRY(const double first, parse_number(option, parts[0]));
  TRY(const double last, parse_number(option, parts[1]));
  TRY(const double step, parse_number(option, parts[2].substr(multiplies ? 1 : 0)));
  if (last < first || (multiplies && step <= 1))
    return core::invalid(fmt::format("{} {}: a range that goes up expected", option, text));
  std::vector<double> values;
  const double end = last * (1 + 1e-9);  // 0.1 + 2 * 0.1 is a little more than 0.3
  for (double value = first; value <= end && values.size() <= most_values;) {
    values.push_back(value);
    value = multiplies ? value * step : first + static_cast<double>(values.size()) * step;
  }
  return values;
}

}  // namespace

core::Result<std::vector<double>> parse_sweep(std::string_view option, std::string_view text) {
  std::vector<double> values;
  if (text.find(':') != std::string_view::npos) {
    TRY(values, parse_range(option, text));
  } else {
    for (const std::string_view part : split(text, ',')) {
      TRY(const double value, parse_number(option, part));
      values.push_back(value);
    }
  }
  if (values.size() <= most_values) return values;
  return core::invalid(fmt::format("{} {}: at most {} values expected", option, text, most_values));
}

core::Result<std::vector<std::uint32_t>> parse_counts(std::string_view option, std::string_view text,
                                                      std::uint32_t most) {
  TRY(const std::vector<double> values, parse_sweep(option, text));
  std::vector<std::uint32_t> counts;
  counts.reserve(values.size());
  for (const double value : values) {
    if (value != std::floor(value) || value > most)
      return core::invalid(fmt::format("{}: {} given, a whole number from 1 to {} expected", option, value, most));
    counts.push_back(static_cast<std::uint32_t>(value));
  }
  return counts;
}

}  // namespace slipway::cli
