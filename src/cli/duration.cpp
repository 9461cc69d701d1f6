#include "cli/duration.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace slipway::cli {

namespace {

constexpr std::array<std::pair<std::string_view, double>, 5> units{
    {{"", 1e3}, {"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}}};
constexpr double most_ms = 24 * 3600e3;

std::optional<double> milliseconds_of_unit(std::string_view unit) {
  for (const auto& [name, milliseconds] : units) {
    if (name == unit) return milliseconds;
  }
  return std::nullopt;
}

}  // namespace

core::Result<std::chrono::milliseconds> duration_from(std::string_view text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [unit_begin, failure] = std::from_chars(text.data(), end, number);
  const auto unit = milliseconds_of_unit({unit_begin, end});
  const double milliseconds = number * unit.value_or(0);
  if (failure != std::errc() || !unit || !std::isfinite(number) || milliseconds < 0 || milliseconds > most_ms)
    return core::invalid(
        fmt::format("\"{}\" given; a time up to a day expected, as 5s, 500ms, 2m or seconds alone", text));
  return std::chrono::milliseconds(std::llround(milliseconds));
}

core::Result<std::optional<std::chrono::milliseconds>> duration_of_option(const char* option,
                                                                          const std::optional<std::string>& given) {
  if (!given) return std::nullopt;
  const auto duration = duration_from(*given);
  if (!duration) return std::unexpected(duration.error().within(option));
  return *duration;
}

}  // namespace slipway::cli
