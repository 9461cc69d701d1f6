#include <boost/json.hpp>
#include <string>
#include <utility>

#include "front/http/inference.hpp"
#include "front/http/routes.hpp"
#include "pipeline/service.hpp"
#include "protocol/friendly.hpp"

namespace slipway::front::http {

namespace json = boost::json;

namespace {

core::Result<HttpResponse> encoded(const models::ModelVersion& version, const core::Response& response) {
  if (!pipeline::gives_labels(version)) {
    TRY(const std::string answer, protocol::encode_friendly(response));
    return HttpResponse::json(answer);
  }
  TRY(const auto labels, pipeline::labels(version, response));
  return HttpResponse::json(protocol::encode_labels(response, labels));
}

void call(const models::Handle& version, HttpRequest request, Responder respond) {
  version->probe().bytes_in(request.body.size());
  auto made = pipeline::takes_bytes(*version) ? pipeline::prepare(*version, request.body)
                                              : protocol::decode_friendly(std::move(request.body), version->inputs());
  infer(version, std::move(request), std::move(made), encoded, std::move(respond));
}

std::string list_of(const std::vector<models::Handle>& services) {
  json::array out;
  for (const models::Handle& service : services) {
    out.push_back({{"name", service->name()},
                   {"description", service->spec().description},
                   {"takes", pipeline::takes_bytes(*service) ? "bytes" : "json"},
                   {"gives", pipeline::gives_labels(*service) ? "labels" : "tensors"}});
  }
  return json::serialize(json::object{{"services", std::move(out)}});
}

}  // namespace

void add_service_routes(Router& router, const models::Registry& models) {
  const Handler handler = [&models](HttpRequest request, Responder respond) {
    const auto version = models.find(request.path_values[0], request.path_value(1));
    if (!version) return respond(HttpResponse::error(version.error()));
    call(*version, std::move(request), std::move(respond));
  };
  router.add(Method::post, "/services/{name}", handler);
  router.add(Method::post, "/services/{name}/versions/{version}", handler);
  router.add(Method::get, "/services", [&models](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::json(list_of(models.services())));
  });
}

}  // namespace slipway::front::http
