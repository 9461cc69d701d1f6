#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace slipway::metrics {

/// What is traced, as the trace extension of the protocol has it.
struct TraceSettings {
  bool timestamps = false;          ///< trace_level: TIMESTAMPS or OFF
  std::uint64_t rate = 1000;        ///< trace_rate: one request of so many
  std::int64_t count = -1;          ///< trace_count: so many traces and no more; -1: no end
  std::uint64_t log_frequency = 0;  ///< traces in one file; 0: all of them in one
  std::string file = "trace.json";  ///< trace_file: the name of the file, or what its names begin with
};

/// What somebody has said of them; the rest is left to the settings beneath: a model's stand on those of all models.
struct TraceOverrides {
  std::optional<bool> timestamps;
  std::optional<std::uint64_t> rate;
  std::optional<std::int64_t> count;
  std::optional<std::uint64_t> log_frequency;
  std::optional<std::string> file;

  bool says_nothing() const { return !timestamps && !rate && !count && !log_frequency && !file; }
};

/// Names of settings with their values; without a value what was said is taken back.
using TraceChanges = std::vector<std::pair<std::string, std::vector<std::string>>>;

TraceSettings over(TraceSettings base, const TraceOverrides& overrides);

/// `overrides` with `changes` made to them. invalid_argument for a name or a value that is none.
core::Result<TraceOverrides> changed(TraceOverrides overrides, const TraceChanges& changes);

/// Every setting with its name and values, in the order of the document.
TraceChanges named(const TraceSettings& settings);

}  // namespace slipway::metrics
