#include "protocol/openapi.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "protocol/openapi_extensions.hpp"
#include "protocol/openapi_operation.hpp"
#include "protocol/openapi_speech.hpp"

namespace slipway::protocol {

namespace json = boost::json;

namespace {

constexpr std::string_view server_tag = "server";

json::object path(json::object operation) { return {{"get", std::move(operation)}}; }

json::object server_document(std::string_view summary, std::string id, std::string_view schema) {
  return path(openapi::get(summary, server_tag, std::move(id), openapi::schema_ref(schema), {}));
}

json::object readiness() {
  json::object made = server_document("Whether every model is ready", "ready", "Health");
  made["get"].as_object()["responses"].as_object()["503"] = json::object{
      {"description", "Not every model is ready"}, {"content", openapi::json_content(openapi::schema_ref("Health"))}};
  return made;
}

json::object metrics() {
  json::object text{{"text/plain", json::object{{"schema", json::object{{"type", "string"}}}}}};
  return path({{"summary", "Measurements as Prometheus reads them"},
               {"tags", json::array{server_tag}},
               {"operationId", "metrics"},
               {"responses", openapi::responses("Prometheus text", std::move(text), {})}});
}

void add_server_paths(json::object& paths) {
  paths["/services"] = server_document("What is served", "services", "Services");
  paths["/v2"] = server_document("The server, and the extensions of the protocol that it has", "server", "Server");
  paths["/v2/health/live"] = server_document("Whether the server runs", "live", "Health");
  paths["/v2/health/ready"] = readiness();
  paths["/v2/models/stats"] =
      server_document("What every model was asked, and how long it took", "statistics", "Statistics");
  paths["/v2/repository/index"] = server_document("Every model and version with its state", "index", "Index");
  paths["/metrics"] = metrics();
  openapi::add_extension_paths(paths, server_tag);
}

}  // namespace

std::string openapi_document(const std::vector<openapi::Service>& services) {
  json::object paths;
  json::array tags;
  for (const openapi::Service& service : services) {
    tags.push_back(json::object{{"name", service.name}, {"description", service.description}});
    openapi::add_service_paths(paths, service);
  }
  tags.push_back(json::object{{"name", server_tag}, {"description", "The process and all that it serves."}});
  add_server_paths(paths);
  if (std::ranges::any_of(services, &openapi::Service::listens)) {
    tags.push_back(json::object{{"name", openapi::speech_tag},
                                {"description", "Recordings to text, as Watson's and OpenAI's clients ask."}});
    openapi::add_speech_paths(paths);
  }
  if (!services.empty()) {
    tags.push_back(
        json::object{{"name", openapi::versions_tag}, {"description", "The same for a version that the path names."}});
  }
  return json::serialize(
      json::object{{"openapi", "3.1.0"},
                   {"info", json::object{{"title", "Slipway"},
                                         {"version", SLIPWAY_VERSION},
                                         {"description",
                                          "Trained models as services. A service takes the thing itself at "
                                          "`/services/NAME`, and tensors, as clients of the Open Inference "
                                          "Protocol send them, at `/v2/models/NAME/infer`."}}},
                   {"tags", std::move(tags)},
                   {"paths", std::move(paths)},
                   {"components", openapi::components()}});
}

std::string openapi_document(const std::vector<models::Handle>& services) {
  std::vector<openapi::Service> described;
  described.reserve(services.size());
  for (const models::Handle& service : services) described.push_back(openapi::service_of(*service));
  return openapi_document(described);
}

}  // namespace slipway::protocol
