#include "measure/bench_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

namespace slipway::measure {

bool BenchResult::failed() const {
  const auto has_none = [](const Point& point) { return point.result.tally.latency.count() == 0; };
  return std::ranges::all_of(points, has_none) || std::ranges::any_of(points, [&](const Point& point) {
           return point.errors > 0 || !point.gone.empty() || (!point.interrupted && has_none(point));
         });
}

std::pair<std::uint32_t, std::uint32_t> BenchResult::threads() const {
  std::pair<std::uint32_t, std::uint32_t> found{0, 0};
  for (const Point& point : points) {
    if (point.threads == 0) continue;
    found.first = found.first == 0 ? point.threads : std::min(found.first, point.threads);
    found.second = std::max(found.second, point.threads);
  }
  return found;
}

std::string milliseconds(core::Duration duration) {
  const double ms = core::seconds(duration) * 1e3;
  if (ms < 10) return fmt::format("{:.3f}", ms);
  if (ms < 100) return fmt::format("{:.2f}", ms);
  if (ms < 1000) return fmt::format("{:.1f}", ms);
  return grouped(ms);
}

std::string milliseconds(const LatencyHistogram& seen, core::Duration figure) {
  return seen.count() == 0 ? "–" : milliseconds(figure);
}

std::string grouped(double number) {
  if (number > 0 && number < 1) return fmt::format("{:.2g}", number);
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
  if (subject.guessed) text += " (open dimensions are guessed; --shape says how large they are)";
  return text;
}

std::string describe(const BenchResult& result) {
  const BenchSubject& subject = result.subject;
  const bool open = !result.points.empty() && result.points.front().load.loop != Loop::closed;
  return fmt::format("{} at {}, {}{}, {} loop; {}, {} bytes a request", subject.model, subject.target, subject.protocol,
                     subject.shared_memory ? " with shared memory" : "", open ? "open" : "closed",
                     describe_inputs(subject), grouped(static_cast<double>(subject.request_bytes)));
}

namespace {

/// Of an open loop: whether more should have ended than did.
bool missed_its_rate(const Point& point) {
  const auto left = static_cast<double>(point.unfinished.count);
  const double asked = point.load.rate * point.result.seconds;
  // an answer or two fall to the next window, and chance moves the number of a Poisson process by about its root
  const double by_chance = point.load.loop == Loop::poisson ? 2 * std::sqrt(asked) : 2;
  if (left > point.load.clients + by_chance) return true;  // more than some found no client free
  const double tolerated = std::max(0.03 * asked, by_chance);
  return asked - static_cast<double>(point.result.tally.ended()) > tolerated && left > tolerated;
}

}  // namespace

std::vector<std::string> notes_on(const Point& point) {
  std::vector<std::string> notes;
  const std::string who = describe(point.load);
  if (!point.gone.empty()) {
    notes.push_back(fmt::format("{}: the server has gone in the middle: {}", who, point.gone));
  } else if (point.interrupted) {
    notes.push_back(fmt::format("{}: interrupted; what was measured until then", who));
  } else if (!point.stable) {
    notes.push_back(
        fmt::format("{}: throughput or p99 did not become stable within {} window{}; the figures are of the last {}",
                    who, point.windows.size(), point.windows.size() == 1 ? "" : "s", point.judged));
  }
  const bool finished = point.gone.empty() && !point.interrupted;
  const Tally& seen = point.result.tally;
  if (finished && seen.latency.count() == 0) {
    notes.push_back(
        fmt::format("{}: no request was answered in the {} s that the figures are of, so there are no latencies{}", who,
                    grouped(point.result.seconds), seen.errors == 0 ? "; a longer --window tells more" : ""));
  } else if (finished && !point.stable && seen.latency.count() < Windows::few) {
    notes.push_back(fmt::format(
        "{}: only {} request{} answered in the {} s that the figures are of; a longer --window tells more", who,
        seen.latency.count(), seen.latency.count() == 1 ? " was" : "s were", grouped(point.result.seconds)));
  }
  if (point.errors > 0) {
    notes.push_back(fmt::format("{}: {} request{} failed in all, the first with: {}", who,
                                grouped(static_cast<double>(point.errors)), point.errors == 1 ? "" : "s",
                                point.error_example));
  }
  if (finished && point.load.loop != Loop::closed && missed_its_rate(point)) {
    notes.push_back(fmt::format(
        "{}: {}/s were reached; {} requests that should have begun were not answered at the end, the oldest for {} ms: "
        "the server does not keep up, or the load has too few clients (--concurrency) or threads (--load-threads); "
        "latencies may grow with the length of the run",
        who, grouped(static_cast<double>(seen.ended()) / point.result.seconds),
        grouped(static_cast<double>(point.unfinished.count)), milliseconds(point.unfinished.oldest)));
  }
  return notes;
}

std::vector<std::string> notes_on(const BenchResult& result) {
  std::vector<std::string> notes;
  for (const Point& point : result.points) std::ranges::move(notes_on(point), std::back_inserter(notes));
  std::string loads;
  for (const Load& load : result.not_run) loads += (loads.empty() ? "" : "; ") + describe(load);
  if (!loads.empty()) notes.push_back("not run: " + loads);
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
  rows.front().insert(rows.front().end(), {"max ms", "answers", "errors"});
  const bool shows_rows = result.subject.rows > 1;
  if (shows_rows) rows.front().insert(rows.front().begin() + 2, "rows/s");
  for (const Point& point : result.points) {
    const LatencyHistogram& latency = point.result.tally.latency;
    std::vector<std::string> row{describe(point.load), grouped(point.result.throughput())};
    if (shows_rows) row.push_back(grouped(point.result.throughput() * static_cast<double>(result.subject.rows)));
    row.push_back(milliseconds(latency, latency.mean()));
    for (const double percent : shown_percentiles) row.push_back(milliseconds(latency, latency.percentile(percent)));
    row.push_back(milliseconds(latency, latency.max()));
    row.push_back(grouped(static_cast<double>(latency.count())));
    row.push_back(grouped(static_cast<double>(point.result.tally.errors)));
    rows.push_back(std::move(row));
  }
  std::string notes;
  for (const std::string& note : notes_on(result)) notes += note + '\n';
  return fmt::format("{}\n\n{}{}{}", describe(result), aligned(rows), notes.empty() ? "" : "\n", notes);
}

}  // namespace slipway::measure
