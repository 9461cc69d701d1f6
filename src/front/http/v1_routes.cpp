#include <fmt/format.h>

#include <string>
#include <utility>

#include "front/http/inference.hpp"
#include "front/http/routes.hpp"
#include "protocol/v1_predict.hpp"

namespace slipway::front::http {

namespace {

void predict(const models::Handle& version, HttpRequest request, Responder respond) {
  version->probe().bytes_in(request.body.size());
  auto decoded = protocol::decode_predict(std::move(request.body), version->inputs());
  const bool by_row = decoded && decoded->by_row;
  const auto encode = [by_row](const models::ModelVersion& /*version*/,
                               const core::Response& response) -> core::Result<HttpResponse> {
    TRY(const std::string answer, protocol::encode_predict(response, by_row));
    return HttpResponse::json(answer);
  };
  infer(version, std::move(request),
        decoded ? core::Result<core::Request>(std::move(decoded->request)) : std::unexpected(decoded.error()), encode,
        std::move(respond));
}

/// The index rows of a model, or of the one version that the path names.
std::vector<models::IndexEntry> rows_for(const models::Registry& models, const HttpRequest& request) {
  const std::string_view version = request.path_value(1);
  auto entries = models.index();
  std::erase_if(entries, [&](const models::IndexEntry& entry) {
    return entry.name != request.path_values[0] || (!version.empty() && entry.version != version);
  });
  return entries;
}

}  // namespace

void add_v1_routes(Router& router, const models::Registry& models) {
  const Handler predicting = [&models](HttpRequest request, Responder respond) {
    const auto version = models.find(request.path_values[0], request.path_value(1));
    if (!version) return respond(HttpResponse::error(version.error()));
    predict(*version, std::move(request), std::move(respond));
  };
  const Handler status = [&models](const HttpRequest& request, Responder respond) {
    const auto rows = rows_for(models, request);
    const auto serving = models.find(request.path_values[0], request.path_value(1));
    if (!rows.empty()) {
      return respond(
          HttpResponse::json(protocol::v1_status(request.path_values[0], rows, serving ? *serving : models::Handle())));
    }
    respond(HttpResponse::error(serving.error()));
  };
  const Handler metadata = [&models](const HttpRequest& request, Responder respond) {
    const auto version = models.find(request.path_values[0], request.path_value(1));
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
