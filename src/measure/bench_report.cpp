#include "measure/bench_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace slipway::measure {

bool BenchResult::failed() const {
  return std::ranges::any_of(points, [](const Point& point) {
    return point.errors > 0 || !point.gone.empty() || (!point.interrupted && point.result.tally.latency.count() == 0);
  });
}

std::string milliseconds(core::Duration duration) {
  const double ms = core::seconds(duration) * 1e3;
  if (ms < 10) return fmt::format("{:.3f}", ms);
  if (ms < 100) return fmt::format("{:.2f}", ms);
  if (ms < 1000) return fmt::format("{:.1f}", ms);
  return grouped(ms);
}

std::string grouped(double number) {
  if (number < 100 && number != static_cast<double>(static_cast<std::int64_t>(number)))
    return fmt::format("{:.1f}", number);
  std::string digits = fmt::format("{:.0f}", number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string describe(const Load& load) {
  std::string clients = fmt::format("{} client{}", grouped(load.clients), load.clients == 1 ? "" : "s");
  if (load.loop == Loop::closed) return clients;
  return fmt::format("{}/s {} over {}", grouped(load.rate), load.loop == Loop::poisson ? "Poisson" : "evenly spaced",
                     clients);
}

std::string describe_inputs(const BenchSubject& subject) {
  std::string text;
  for (const core::TensorInfo& input : subject.inputs) {
    fmt::format_to(std::back_inserter(text), "{}{} {} {}", text.empty() ? "" : ", ", input.name,
                   core::name_of(input.dtype), core::to_string(input.shape));
  }
  return text;
}

std::string describe(const BenchResult& result) {
  const BenchSubject& subject = result.subject;
  const bool open = !result.points.empty() && result.points.front().load.loop != Loop::closed;
  return fmt::format("{} at {}, {}{}, {} loop; {}, {} bytes a request", subject.model, subject.target, subject.protocol,
                     subject.shared_memory ? " with shared memory" : "", open ? "open" : "closed",
                     describe_inputs(subject), grouped(static_cast<double>(subject.request_bytes)));
}

std::vector<std::string> notes_on(const Point& point) {
  std::vector<std::string> notes;
  const std::string who = describe(point.load);
  if (!point.gone.empty()) {
    notes.push_back(fmt::format("{}: the server has gone in the middle: {}", who, point.gone));
  } else if (point.interrupted) {
    notes.push_back(fmt::format("{}: interrupted; what was measured until then", who));
  } else if (!point.stable) {
    notes.push_back(
        fmt::format("{}: throughput or p99 did not become stable within {} windows; the figures are of the last {}",
                    who, point.windows.size(), std::min(Windows::judged, point.windows.size())));
  }
  if (point.errors > 0) {
    notes.push_back(fmt::format("{}: {} request{} failed, the first with: {}", who,
                                grouped(static_cast<double>(point.errors)), point.errors == 1 ? "" : "s",
                                point.error_example));
  }
  if (point.load.loop == Loop::closed || point.interrupted || !point.gone.empty()) return notes;
  // an answer or two fall to the next window; more means that the server does not keep up
  const double asked = point.load.rate;
  if (point.errors == 0 && point.result.throughput() < 0.97 * asked && point.unfinished.count > 2) {
    notes.push_back(fmt::format(
        "{}: {}/s were reached; {} requests that should have begun were not answered at the end, the oldest for {} ms: "
        "the server does not keep up, and latencies grow with the length of the run",
        who, grouped(point.result.throughput()), grouped(static_cast<double>(point.unfinished.count)),
        milliseconds(point.unfinished.oldest)));
  }
  return notes;
}

namespace {

/// Rows of cells, the columns as wide as they must be, the first to the left and the others to the right.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == 0) {
        fmt::format_to(std::back_inserter(text), "{:<{}}", row[i], widths[i]);
      } else {
        fmt::format_to(std::back_inserter(text), "  {:>{}}", row[i], widths[i]);
      }
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string bench_table(const BenchResult& result) {
  std::vector<std::vector<std::string>> rows{{"load", "requests/s", "mean ms"}};
  for (const double percent : shown_percentiles) rows.front().push_back(fmt::format("p{} ms", percent));
  rows.front().insert(rows.front().end(), {"max ms", "requests", "errors"});
  const bool shows_rows = result.subject.rows > 1;
  if (shows_rows) rows.front().insert(rows.front().begin() + 2, "rows/s");
  std::string notes;
  for (const Point& point : result.points) {
    const LatencyHistogram& latency = point.result.tally.latency;
    std::vector<std::string> row{describe(point.load), grouped(point.result.throughput())};
    if (shows_rows) row.push_back(grouped(point.result.throughput() * static_cast<double>(result.subject.rows)));
    row.push_back(milliseconds(latency.mean()));
    for (const double percent : shown_percentiles) row.push_back(milliseconds(latency.percentile(percent)));
    row.push_back(milliseconds(latency.max()));
    row.push_back(grouped(static_cast<double>(latency.count())));
    row.push_back(grouped(static_cast<double>(point.errors)));
    rows.push_back(std::move(row));
    for (const std::string& note : notes_on(point)) notes += note + '\n';
  }
  return fmt::format("{}\n\n{}{}{}", describe(result), aligned(rows), notes.empty() ? "" : "\n", notes);
}

}  // namespace slipway::measure
