#include "measure/html_report.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "measure/bench_plots.hpp"
#include "measure/svg_plot.hpp"

namespace slipway::measure {

namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --paper: #fcfcfb; --ink: #0b0b0b; --soft: #52514e; --grid: #e1e0d9;
  --low: #86b6ef; --high: #0d366b; --first: #2a78d6; --second: #d9541f; }
@media (prefers-color-scheme: dark) { :root { --paper: #1a1a19; --ink: #ffffff; --soft: #c3c2b7; --grid: #33332f;
  --low: #256abf; --high: #cde2fb; --first: #3987e5; --second: #e8734a; } }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .25rem; }
p { margin: .25rem 0; color: var(--soft); }
svg { display: block; width: 100%; height: auto; }
.grid { stroke: var(--grid); } .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.dot { stroke: var(--paper); stroke-width: 2; }
.tick, .title, .label { fill: var(--soft); font: 12px system-ui, sans-serif; } .label { fill: var(--ink); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0; padding: 0; list-style: none; }
.legend span { display: inline-block; width: 1.1rem; height: 3px; margin-right: .4rem; vertical-align: middle; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { padding: .3rem .55rem; text-align: right; border-bottom: 1px solid var(--grid); }
th { color: var(--soft); font-weight: 500; } th:first-child, td:first-child { text-align: left; padding-left: 0; }
ul.notes { padding-left: 1.2rem; })";

using Out = std::back_insert_iterator<std::string>;

void add_legend_entry(Out out, std::string_view colour, std::string_view name) {
  fmt::format_to(out, R"(<li><span style="background:{}"></span>{}</li>)", colour, escaped(name));
}

void add_plots(std::string& page, const BenchResult& result) {
  const Out out(page);
  page += R"(<h2>Latency by percentile</h2>
<p>How many in a hundred were answered within that time; each nine more takes as much room.</p>
<ul class="legend">)";
  for (std::size_t i = 0; i < result.points.size(); ++i)
    add_legend_entry(out, colour_of(result, i), describe(result.points[i].load));
  fmt::format_to(out, "</ul>\n{}\n", svg_of(percentile_plot(result)));
  page += R"(<h2>Latency by throughput</h2>
<p>One dot a load; to the right more is answered, further down sooner.</p>
<ul class="legend">)";
  add_legend_entry(out, "var(--first)", "median");
  add_legend_entry(out, "var(--second)", "99th percentile");
  fmt::format_to(out, "</ul>\n{}\n", svg_of(throughput_plot(result)));
}

void add_table(std::string& page, const BenchResult& result) {
  const Out out(page);
  page += R"(<h2>Figures</h2><div class="wide"><table><tr><th>load</th><th>requests/s</th><th>mean ms</th>)";
  for (const double percent : shown_percentiles) fmt::format_to(out, "<th>p{} ms</th>", percent);
  page += "<th>max ms</th><th>answers</th><th>errors</th><th>stable</th></tr>\n";
  for (const Point& point : result.points) {
    const LatencyHistogram& latency = point.result.tally.latency;
    fmt::format_to(out, "<tr><td>{}</td><td>{}</td><td>{}</td>", describe(point.load),
                   grouped(point.result.throughput()), milliseconds(latency, latency.mean()));
    for (const double percent : shown_percentiles)
      fmt::format_to(out, "<td>{}</td>", milliseconds(latency, latency.percentile(percent)));
    fmt::format_to(out, "<td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", milliseconds(latency, latency.max()),
                   grouped(static_cast<double>(latency.count())),
                   grouped(static_cast<double>(point.result.tally.errors)), point.stable ? "yes" : "no");
  }
  page += "</table></div>\n";
}

void add_notes(std::string& page, const BenchResult& result) {
  std::string notes;
  for (const std::string& note : notes_on(result)) notes += fmt::format("<li>{}</li>\n", escaped(note));
  if (!notes.empty()) page += fmt::format("<ul class=\"notes\">\n{}</ul>\n", notes);
}

}  // namespace

std::string bench_html(const BenchResult& result) {
  const BenchSubject& subject = result.subject;
  const auto [fewest, most] = result.threads();
  std::string page = fmt::format(
      R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0} under load</title><style>{1}</style></head><body>
<h1>{0} under load</h1>
<p>{2}</p>
<p>{3} s of warm-up, windows of {4} s until three agree within {5:.0f} % or there are {6}; {7}{8} thread{9} made the load. slipway {10}</p>
)",
      escaped(subject.model), style, escaped(describe(result)), core::seconds(result.options.warm_up),
      core::seconds(result.options.window), result.options.limits.tolerance * 100, result.options.limits.most,
      fewest == most ? "" : fmt::format("{} to ", fewest), most, most == 1 ? "" : "s", SLIPWAY_VERSION);
  if (!result.points.empty() && result.points.front().load.loop != Loop::closed)
    page +=
        "<p>Latencies count from when a request was meant to begin, whether or not a client was free to send it.</p>\n";
  add_plots(page, result);
  add_table(page, result);
  add_notes(page, result);
  page += "</body></html>\n";
  return page;
}

}  // namespace slipway::measure
