#include "ship/quantity.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <ranges>
#include <utility>

namespace slipway::ship {

namespace {

constexpr double thousand = 1000;
constexpr std::uint64_t kibi = 1024;

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 9> units{{{"", 1},
                                                                           {"k", 1'000},
                                                                           {"M", 1'000'000},
                                                                           {"G", 1'000'000'000},
                                                                           {"T", 1'000'000'000'000},
                                                                           {"Ki", kibi},
                                                                           {"Mi", kibi* kibi},
                                                                           {"Gi", kibi* kibi* kibi},
                                                                           {"Ti", kibi* kibi* kibi* kibi}}};

/// A plain decimal number and what stands behind it.
std::optional<std::pair<double, std::string_view>> number_and_unit(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (failure != std::errc() || !std::isfinite(value) || value < 0 || text.front() == '-') return std::nullopt;
  return std::pair(value, text.substr(static_cast<std::size_t>(end - text.data())));
}

}  // namespace

core::Result<std::uint64_t> cores_from(std::string_view what, std::string_view text) {
  const auto wrong = [&] {
    return core::invalid(fmt::format("{} {}: cores as 500m, 2 or 1.5 expected, at most 1024", what, text));
  };
  const auto read = number_and_unit(text);
  if (!read || (!read->second.empty() && read->second != "m")) return wrong();
  const double millis = std::round(read->second.empty() ? read->first * thousand : read->first);
  if (millis < 1 || millis > 1024 * thousand) return wrong();
  return static_cast<std::uint64_t>(millis);
}

std::string cores_text(std::uint64_t millicores) {
  if (millicores % 1000 == 0) return fmt::format("{}", millicores / 1000);
  return fmt::format("{}m", millicores);
}

core::Result<std::uint64_t> bytes_from(std::string_view what, std::string_view text) {
  const auto wrong = [&] {
    return core::invalid(fmt::format(
        "{} {}: bytes as 512Mi, 1.5Gi or 2G expected, from 1Mi to 64Ti (k, M, G, T, Ki, Mi, Gi, Ti)", what, text));
  };
  const auto read = number_and_unit(text);
  if (!read) return wrong();
  for (const auto& [unit, size] : units) {
    if (unit != read->second) continue;
    const double bytes = std::round(read->first * static_cast<double>(size));
    constexpr double least = 1024.0 * 1024.0;
    if (bytes < least || bytes > 64 * least * least) return wrong();
    return static_cast<std::uint64_t>(bytes);
  }
  return wrong();
}

std::string bytes_text(std::uint64_t bytes) {
  for (const auto& [unit, size] : std::views::reverse(units)) {
    if (unit.ends_with('i') && bytes >= size && bytes % size == 0) return fmt::format("{}{}", bytes / size, unit);
  }
  return fmt::format("{}", bytes);
}

std::uint64_t rounded_up(std::uint64_t value, std::uint64_t step) { return (value + step - 1) / step * step; }

}  // namespace slipway::ship
