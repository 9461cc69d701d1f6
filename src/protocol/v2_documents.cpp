#include "protocol/v2_documents.hpp"

#include <array>
#include <boost/json.hpp>

namespace slipway::protocol {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 11> served{"binary_tensor_data",
                                                  "classification",
                                                  "generate",
                                                  "logging",
                                                  "model_configuration",
                                                  "model_repository",
                                                  "model_repository(unload_dependents)",
                                                  "parameters",
                                                  "schedule_policy",
                                                  "sequence",
                                                  "statistics"};

json::array tensors(const std::vector<core::TensorInfo>& infos) {
  json::array out;
  for (const core::TensorInfo& info : infos) {
    out.push_back({{"name", info.name},
                   {"datatype", core::name_of(info.dtype)},
                   {"shape", json::array(info.shape.begin(), info.shape.end())}});
  }
  return out;
}

}  // namespace

std::string server_metadata(const ServerIdentity& server) {
  json::array extensions(served.begin(), served.end());
  if (server.shared_memory) extensions.emplace_back("system_shared_memory");
  if (server.trace) extensions.emplace_back("trace");
  return json::serialize(
      json::object{{"name", server.name}, {"version", SLIPWAY_VERSION}, {"extensions", std::move(extensions)}});
}

std::string live_body(bool live, bool ready) { return json::serialize(json::object{{"live", live}, {"ready", ready}}); }

std::string model_metadata(const models::ModelVersion& version, const std::vector<models::Handle>& versions) {
  json::array numbers;
  for (const models::Handle& other : versions) numbers.emplace_back(other->version());
  const runtime::Model& model = version.model();
  return json::serialize(json::object{{"name", version.name()},
                                      {"versions", std::move(numbers)},
                                      {"platform", model.backend().name() + "_" + model.options().format},
                                      {"inputs", tensors(version.inputs())},
                                      {"outputs", tensors(version.outputs())}});
}

std::string model_ready(const models::ModelVersion& version) {
  return json::serialize(json::object{{"name", version.name()}, {"version", version.version()}, {"ready", true}});
}

std::string repository_index(const std::vector<models::IndexEntry>& entries, bool only_ready) {
  json::array out;
  for (const models::IndexEntry& entry : entries) {
    if (only_ready && entry.state != models::State::ready) continue;
    out.push_back({{"name", entry.name},
                   {"version", entry.version},
                   {"state", models::name_of(entry.state)},
                   {"reason", entry.reason}});
  }
  return json::serialize(out);
}

core::Result<bool> asks_for_ready(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return false;
  constexpr std::size_t most_bytes = 4096;
  json::error_code failure;
  if (body.size() > most_bytes)
    return core::fail(core::Code::invalid_argument, "the body of an index request is too long");
  const json::value asked = json::parse(json::string_view(body.data(), body.size()), failure);
  const json::object* object = failure ? nullptr : asked.if_object();
  const json::value* ready = object == nullptr ? nullptr : object->if_contains("ready");
  if (object == nullptr || (ready != nullptr && !ready->is_bool()))
    return core::fail(core::Code::invalid_argument,
                      R"(the body of an index request: nothing or {"ready": true} expected)");
  return ready != nullptr && ready->as_bool();
}

}  // namespace slipway::protocol
