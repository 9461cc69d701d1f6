#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>
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

/// What one form of a model's address says of the version.
using VersionOf = core::Result<std::string> (*)(const models::Registry& models, const HttpRequest& request);

core::Result<std::string> by_number(const models::Registry& /*models*/, const HttpRequest& request) {
  return std::string(request.path_value(1));
}

/// The version to which the model's configuration gives the label.
core::Result<std::string> by_label(const models::Registry& models, const HttpRequest& request) {
  const std::string& name = request.path_values[0];
  TRY(const auto version, models.find(name, ""));
  const auto& labels = version->spec().version_labels;
  const auto label = std::ranges::find(labels, request.path_value(1), &std::pair<std::string, std::string>::first);
  if (label != labels.end()) return label->second;
  return core::fail(
      core::Code::not_found,
      fmt::format(R"(model "{}" has no version label "{}"; labels: {})", name, request.path_value(1),
                  labels.empty() ? "none" : fmt::format("{}", fmt::join(labels | std::views::keys, ", "))));
}

/// The index rows of a model, or of that one version of it.
std::vector<models::IndexEntry> rows_for(const models::Registry& models, std::string_view name,
                                         std::string_view version) {
  auto entries = models.index();
  std::erase_if(entries, [&](const models::IndexEntry& entry) {
    return entry.name != name || (!version.empty() && entry.version != version);
  });
  return entries;
}

void add_model_routes(Router& router, const models::Registry& models, const std::string& address,
                      const VersionOf version_of) {
  const auto find = [&models, version_of](const HttpRequest& request) -> core::Result<models::Handle> {
    TRY(const std::string version, version_of(models, request));
    return models.find(request.path_values[0], version);
  };
  router.add(Method::post, address + ":predict", [find](HttpRequest request, Responder respond) {
    const auto version = find(request);
    if (!version) return respond(HttpResponse::error(version.error()));
    predict(*version, std::move(request), std::move(respond));
  });
  router.add(Method::get, address, [&models, version_of](const HttpRequest& request, Responder respond) {
    const std::string& name = request.path_values[0];
    const auto version = version_of(models, request);
    if (!version) return respond(HttpResponse::error(version.error()));
    // whatever is in the index is found, ready or not
    const auto found = models.find(name, *version);
    if (!found && found.error().code() == core::Code::not_found) return respond(HttpResponse::error(found.error()));
    respond(HttpResponse::json(
        protocol::v1_status(name, rows_for(models, name, *version), found ? *found : models::Handle())));
  });
  router.add(Method::get, address + "/metadata", [find](const HttpRequest& request, Responder respond) {
    const auto version = find(request);
    respond(version ? HttpResponse::json(protocol::v1_metadata(**version)) : HttpResponse::error(version.error()));
  });
  for (const char* method : {":classify", ":regress"}) {
    router.add(Method::post, address + method, [](const HttpRequest& request, Responder respond) {
      respond(HttpResponse::error(
          core::Error(core::Code::unimplemented,
                      fmt::format("{}: models here have no signature of that kind; ask with :predict", request.path))));
    });
  }
}

}  // namespace

void add_v1_routes(Router& router, const models::Registry& models) {
  router.add(Method::get, "/v1/models", [&models](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::json(protocol::v1_models(models.services())));
  });
  add_model_routes(router, models, "/v1/models/{model}", by_number);
  add_model_routes(router, models, "/v1/models/{model}/versions/{version}", by_number);
  add_model_routes(router, models, "/v1/models/{model}/labels/{label}", by_label);
}

}  // namespace slipway::front::http
