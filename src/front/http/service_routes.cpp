#include <boost/json.hpp>
#include <utility>

#include "admission/admission.hpp"
#include "front/http/routes.hpp"
#include "pipeline/service.hpp"
#include "protocol/friendly.hpp"

namespace slipway::front::http {

namespace json = boost::json;

namespace {

core::Result<std::string> answer_of(const models::ModelVersion& version, const core::Response& response) {
  if (!pipeline::gives_labels(version)) return protocol::encode_friendly(response);
  TRY(const auto labels, pipeline::labels(version, response));
  return protocol::encode_labels(response, labels);
}

HttpResponse encoded(models::ModelVersion& version, const core::Result<core::Response>& result) {
  if (!result) return HttpResponse::error(result.error());
  const auto start = core::now();
  auto answer = answer_of(version, *result);
  if (!answer) return HttpResponse::error(answer.error());
  version.probe().encoded(core::now() - start);
  return HttpResponse::json(*answer);
}

void call(const models::Handle& version, HttpRequest request, Responder respond) {
  version->probe().bytes_in(request.body.size());
  auto made = pipeline::takes_bytes(*version) ? pipeline::prepare(*version, request.body)
                                              : protocol::decode_friendly(std::move(request.body), version->inputs());
  if (!made) {
    version->probe().rejected(made.error().code());
    HttpResponse refusal = HttpResponse::error(made.error());
    version->probe().answered(core::now() - request.received, refusal.body_bytes());
    respond(std::move(refusal));
    return;
  }
  made->received = request.received;
  made->cancelled = std::move(request.cancelled);
  admission::infer(version, *std::move(made),
                   [held = version, received = request.received,
                    respond = std::move(respond)](core::Result<core::Response> result) mutable {
                     HttpResponse response = encoded(*held, result);
                     held->probe().answered(core::now() - received, response.body_bytes());
                     held.reset();  // before the answer: an instance's thread must never be the last to let go
                     respond(std::move(response));
                   });
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
    const std::string_view number =
        request.path_values.size() > 1 ? std::string_view(request.path_values[1]) : std::string_view();
    const auto version = models.find(request.path_values[0], number);
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
