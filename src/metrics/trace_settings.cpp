#include "metrics/trace_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace slipway::metrics {

using core::invalid;

namespace {

constexpr std::int64_t most = 1'000'000'000;
constexpr std::int64_t log_frequency_max = 65536;  // they are kept until written
constexpr std::size_t file_bytes_max = 128;

struct Range {
  std::int64_t from;
  std::int64_t to;
};

core::Result<std::int64_t> number(std::string_view name, std::string_view value, Range range) {
  std::int64_t read = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), read);
  if (failure == std::errc() && end == value.data() + value.size() && read >= range.from && read <= range.to)
    return read;
  return invalid(fmt::format(R"(trace setting "{}": "{}" given, a number from {} to {} expected)", name, value,
                             range.from, range.to));
}

core::Result<bool> level(const std::vector<std::string>& values) {
  bool timestamps = false;
  for (const std::string& value : values) {
    if (value == "TIMESTAMPS") {
      timestamps = true;
    } else if (value != "OFF") {
      return invalid(fmt::format(R"(trace setting "trace_level": "{}" given, OFF or TIMESTAMPS expected)", value));
    }
  }
  return timestamps;
}

/// A name alone: where the folder is is not the client's to say.
core::Result<std::string> file(const std::string& value) {
  const bool is_name = !value.empty() && value.size() <= file_bytes_max && value.front() != '.' &&
                       std::ranges::all_of(value, [](unsigned char c) {
                         return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
                       });
  if (is_name) return value;
  return invalid(fmt::format(R"(trace setting "trace_file": "{}" given, the name of a file in the folder for traces )"
                             "expected: letters, digits, '.', '-' and '_'",
                             value));
}

core::Result<void> change(TraceOverrides& overrides, std::string_view name, const std::vector<std::string>& values) {
  const bool resets = values.empty();
  if (name != "trace_level" && values.size() > 1)
    return invalid(fmt::format(R"(trace setting "{}": {} values given, one expected)", name, values.size()));
  if (name == "trace_level") {
    overrides.timestamps.reset();
    if (!resets) {
      TRY(overrides.timestamps, level(values));
    }
  } else if (name == "trace_rate") {
    overrides.rate.reset();
    if (!resets) {
      TRY(overrides.rate, number(name, values.front(), {1, most}));
    }
  } else if (name == "trace_count") {
    overrides.count.reset();
    if (!resets) {
      TRY(overrides.count, number(name, values.front(), {-1, most}));
    }
  } else if (name == "log_frequency") {
    overrides.log_frequency.reset();
    if (!resets) {
      TRY(overrides.log_frequency, number(name, values.front(), {0, log_frequency_max}));
    }
  } else if (name == "trace_file") {
    overrides.file.reset();
    if (!resets) {
      TRY(overrides.file, file(values.front()));
    }
  } else if (name == "trace_mode") {
    if (!resets && values.front() != "triton")
      return invalid(fmt::format(R"(trace setting "trace_mode": "{}" given, triton is all there is)", values.front()));
  } else {
    return invalid(fmt::format(R"(no trace setting "{}"; there are: trace_level, trace_rate, trace_count, )"
                               "log_frequency, trace_file, trace_mode",
                               name));
  }
  return {};
}

}  // namespace

TraceSettings over(TraceSettings base, const TraceOverrides& overrides) {
  base.timestamps = overrides.timestamps.value_or(base.timestamps);
  base.rate = overrides.rate.value_or(base.rate);
  base.count = overrides.count.value_or(base.count);
  base.log_frequency = overrides.log_frequency.value_or(base.log_frequency);
  if (overrides.file) base.file = *overrides.file;
  return base;
}

core::Result<TraceOverrides> changed(TraceOverrides overrides, const TraceChanges& changes) {
  for (const auto& [name, values] : changes) TRY_VOID(change(overrides, name, values));
  return overrides;
}

TraceChanges named(const TraceSettings& settings) {
  return {{"trace_level", {settings.timestamps ? "TIMESTAMPS" : "OFF"}},
          {"trace_rate", {std::to_string(settings.rate)}},
          {"trace_count", {std::to_string(settings.count)}},
          {"log_frequency", {std::to_string(settings.log_frequency)}},
          {"trace_file", {settings.file}},
          {"trace_mode", {"triton"}}};
}

}  // namespace slipway::metrics
