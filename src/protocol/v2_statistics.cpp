#include <boost/json.hpp>

#include "protocol/v2_documents.hpp"

namespace slipway::protocol {

namespace json = boost::json;

namespace {

json::object duration(const scheduler::DurationStat& stat) { return {{"count", stat.count}, {"ns", stat.ns}}; }

json::object statistics_of(const models::ModelVersion& version) {
  const scheduler::Statistics stats = version.probe().statistics();
  json::array batches;
  for (const auto& batch : stats.batches) {
    batches.push_back({{"batch_size", batch.rows},
                       {"compute_input", duration(batch.compute_input)},
                       {"compute_infer", duration(batch.compute_infer)},
                       {"compute_output", duration(batch.compute_output)}});
  }
  return {{"name", version.name()},
          {"version", version.version()},
          {"last_inference", stats.last_inference_ms},
          {"inference_count", stats.inference_count},
          {"execution_count", stats.execution_count},
          {"inference_stats",
           {{"success", duration(stats.success)},
            {"fail", duration(stats.fail)},
            {"queue", duration(stats.queue)},
            {"compute_input", duration(stats.compute_input)},
            {"compute_infer", duration(stats.compute_infer)},
            {"compute_output", duration(stats.compute_output)},
            {"cache_hit", duration(stats.cache_hit)},
            {"cache_miss", duration(stats.cache_miss)}}},
          {"batch_stats", std::move(batches)},
          {"memory_usage", json::array{}},
          {"response_stats", json::object{}}};
}

}  // namespace

std::string model_statistics(const std::vector<models::Handle>& versions) {
  json::array out;
  for (const models::Handle& version : versions) out.push_back(statistics_of(*version));
  return json::serialize(json::object{{"model_stats", std::move(out)}});
}

}  // namespace slipway::protocol
