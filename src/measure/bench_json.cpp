#include <fmt/format.h>

#include <boost/json.hpp>

#include <string>
#include <vector>

#include "measure/bench_report.hpp"

namespace slipway::measure {

namespace json = boost::json;

namespace {

double ms(core::Duration duration) { return core::seconds(duration) * 1e3; }

std::string_view name_of(Loop loop) {
  switch (loop) {
    case Loop::closed: return "closed";
    case Loop::constant: return "constant";
    case Loop::poisson: return "poisson";
  }
  return "closed";
}

/// null where no latency was seen.
json::value ms(const LatencyHistogram& seen, core::Duration figure) {
  return seen.count() == 0 ? json::value() : json::value(ms(figure));
}

json::object latency_json(const LatencyHistogram& latency) {
  json::object object{{"mean", ms(latency, latency.mean())}, {"min", ms(latency, latency.min())}};
  for (const double percent : shown_percentiles)
    object[fmt::format("p{}", percent)] = ms(latency, latency.percentile(percent));
  object["max"] = ms(latency, latency.max());
  return object;
}

json::array windows_json(const std::vector<Window>& windows) {
  json::array list;
  for (const Window& window : windows) {
    list.push_back(json::object{{"seconds", window.seconds},
                                {"count", window.tally.latency.count()},
                                {"errors", window.tally.errors},
                                {"throughput", window.throughput()},
                                {"p99_ms", ms(window.tally.latency, window.tally.latency.percentile(99))}});
  }
  return list;
}

json::object load_json(const Load& load) {
  json::object object{{"loop", name_of(load.loop)}, {"clients", load.clients}};
  if (load.loop != Loop::closed) object["rate"] = load.rate;
  return object;
}

json::object point_json(const Point& point, std::int64_t rows) {
  json::object object = load_json(point.load);
  object["threads"] = point.threads;
  object["stable"] = point.stable;
  object["interrupted"] = point.interrupted;
  object["seconds"] = point.result.seconds;
  object["count"] = point.result.tally.latency.count();
  object["throughput"] = point.result.throughput();
  object["rows_per_second"] = point.result.throughput() * static_cast<double>(rows);
  object["latency_ms"] = latency_json(point.result.tally.latency);
  object["service_ms"] = latency_json(point.result.tally.service);
  object["errors"] = point.errors;
  if (point.errors > 0) object["error_example"] = point.error_example;
  if (!point.gone.empty()) object["gone"] = point.gone;
  object["unfinished"] = {{"count", point.unfinished.count}, {"oldest_ms", ms(point.unfinished.oldest)}};
  object["judged_windows"] = point.judged;
  object["windows"] = windows_json(point.windows);
  json::array notes;
  for (const std::string& note : notes_on(point)) notes.emplace_back(note);
  object["notes"] = std::move(notes);
  return object;
}

}  // namespace

std::string bench_json(const BenchResult& result) {
  const BenchSubject& subject = result.subject;
  json::array inputs;
  for (const core::TensorInfo& input : subject.inputs) {
    inputs.push_back(json::object{{"name", input.name},
                                  {"datatype", core::name_of(input.dtype)},
                                  {"shape", json::array(input.shape.begin(), input.shape.end())}});
  }
  json::array points;
  for (const Point& point : result.points) points.push_back(point_json(point, subject.rows));
  json::array not_run;
  for (const Load& load : result.not_run) not_run.push_back(load_json(load));
  return json::serialize(json::object{{"slipway", SLIPWAY_VERSION},
                                      {"target", subject.target},
                                      {"model", subject.model},
                                      {"protocol", subject.protocol},
                                      {"shared_memory", subject.shared_memory},
                                      {"inputs", std::move(inputs)},
                                      {"guessed_shapes", subject.guessed},
                                      {"request_bytes", subject.request_bytes},
                                      {"warm_up_s", core::seconds(result.options.warm_up)},
                                      {"window_s", core::seconds(result.options.window)},
                                      {"max_windows", result.options.limits.most},
                                      {"stability", result.options.limits.tolerance},
                                      {"threads", result.threads().second},
                                      {"points", std::move(points)},
                                      {"not_run", std::move(not_run)}});
}

}  // namespace slipway::measure
