#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/tensor.hpp"
#include "measure/load_run.hpp"

namespace slipway::measure {

/// What was loaded, and with what.
struct BenchSubject {
  std::string target;          ///< the server's address, or the model's file
  std::string model;           ///< its name, with the version where one was asked for
  std::string protocol;        ///< "http", "http-json", "grpc", "in-process"
  bool shared_memory = false;  ///< inputs and outputs lie there
  std::vector<core::TensorInfo> inputs;
  bool guessed = false;  ///< nobody said how large the dimensions are that the model leaves open
  std::size_t request_bytes = 0;
  std::int64_t rows = 1;  ///< in one request
};

/// One run of `slipway bench`: a point for each load, in the order they were put on.
struct BenchResult {
  BenchSubject subject;
  RunOptions options;
  std::vector<Point> points;
  std::vector<Load> not_run;  ///< what the end of the last point left undone

  bool failed() const;  ///< whether any request failed, or none was answered
  /// The fewest and the most threads that made a load; 0 where none was made.
  std::pair<std::uint32_t, std::uint32_t> threads() const;
};

/// The percentiles that tables and documents show.
inline constexpr std::array shown_percentiles{50.0, 90.0, 95.0, 99.0, 99.9};

/// "8 clients", "1,000/s evenly spaced over 64 clients", "1,000/s Poisson …".
std::string describe(const Load& load);
/// What a reader must know of a point beside its figures, a sentence each: not stable, of few requests, errors, a rate
/// that was not reached, ended early.
std::vector<std::string> notes_on(const Point& point);
/// Those of every point, and which loads were not run.
std::vector<std::string> notes_on(const BenchResult& result);
/// "x FP32 [1,64]"
std::string describe_inputs(const BenchSubject& subject);
/// The line above a table: what was loaded, how, with what.
std::string describe(const BenchResult& result);

/// Milliseconds in about four digits; "12,345".
std::string milliseconds(core::Duration duration);
/// The same of a figure of these latencies; "–" where there are none.
std::string milliseconds(const LatencyHistogram& seen, core::Duration figure);
std::string grouped(double number);

/// A table for a terminal, of several lines, with the notes under it.
std::string bench_table(const BenchResult& result);
/// The same and more as one JSON document; docs/bench.md tells its fields.
std::string bench_json(const BenchResult& result);

}  // namespace slipway::measure
