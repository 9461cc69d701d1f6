#include <fmt/format.h>

#include <string>
#include <utility>

#include "admission/admission.hpp"
#include "front/http/routes.hpp"
#include "protocol/v1_predict.hpp"

namespace slipway::front::http {

namespace {

std::string_view version_of(const HttpRequest& request) {
  return request.path_values.size() > 1 ? std::string_view(request.path_values[1]) : std::string_view();
}

HttpResponse encoded(models::ModelVersion& version, const core::Result<core::Response>& result, bool by_row) {
  if (!result) return HttpResponse::error(result.error());
  const auto start = core::now();
  const auto answer = protocol::encode_predict(*result, by_row);
  if (!answer) return HttpResponse::error(answer.error());
  version.probe().encoded(core::now() - start);
  return HttpResponse::json(*answer);
}

void predict(const models::Handle& version, HttpRequest request, Responder respond) {
  version->probe().bytes_in(request.body.size());
  auto decoded = protocol::decode_predict(std::move(request.body), version->inputs());
  if (!decoded) {
    version->probe().rejected(decoded.error().code());
    HttpResponse refusal = HttpResponse::error(decoded.error());
    version->probe().answered(core::now() - request.received, refusal.body_bytes());
    respond(std::move(refusal));
    return;
  }
  decoded->request.received = request.received;
  decoded->request.cancelled = std::move(request.cancelled);
  admission::infer(version, std::move(decoded->request),
                   [held = version, received = request.received, by_row = decoded->by_row,
                    respond = std::move(respond)](core::Result<core::Response> result) mutable {
                     HttpResponse response = encoded(*held, result, by_row);
                     held->probe().answered(core::now() - received, response.body_bytes());
                     held.reset();  // before the answer: an instance's thread must never be the last to let go
                     respond(std::move(response));
                   });
}

/// The index rows of a model, or of the one version that the path names.
std::vector<models::IndexEntry> rows_for(const models::Registry& models, const HttpRequest& request) {
  const std::string_view version = version_of(request);
  auto entries = models.index();
  std::erase_if(entries, [&](const models::IndexEntry& entry) {
    return entry.name != request.path_values[0] || (!version.empty() && entry.version != version);
  });
  return entries;
}

}  // namespace

void add_v1_routes(Router& router, const models::Registry& models) {
  const Handler predicting = [&models](HttpRequest request, Responder respond) {
    const auto version = models.find(request.path_values[0], version_of(request));
    if (!version) return respond(HttpResponse::error(version.error()));
    predict(*version, std::move(request), std::move(respond));
  };
  const Handler status = [&models](const HttpRequest& request, Responder respond) {
    const auto rows = rows_for(models, request);
    if (!rows.empty()) return respond(HttpResponse::json(protocol::v1_status(request.path_values[0], rows)));
    respond(HttpResponse::error(models.find(request.path_values[0], version_of(request)).error()));
  };
  const Handler metadata = [&models](const HttpRequest& request, Responder respond) {
    const auto version = models.find(request.path_values[0], version_of(request));
    respond(version ? HttpResponse::json(protocol::v1_metadata(**version)) : HttpResponse::error(version.error()));
  };
  router.add(Method::get, "/v1/models", [&models](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::json(protocol::v1_models(models.services())));
  });
  const Handler other_signature = [](const HttpRequest& request, Responder respond) {
    respond(HttpResponse::error(
        core::Error(core::Code::unimplemented,
                    fmt::format("{}: models here have no signature of that kind; ask with :predict", request.path))));
  };
  for (const std::string model : {"/v1/models/{model}", "/v1/models/{model}/versions/{version}"}) {
    router.add(Method::post, model + ":predict", predicting);
    router.add(Method::post, model + ":classify", other_signature);
    router.add(Method::post, model + ":regress", other_signature);
    router.add(Method::get, model, status);
    router.add(Method::get, model + "/metadata", metadata);
  }
}

}  // namespace slipway::front::http
