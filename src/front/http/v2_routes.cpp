#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "front/http/inference.hpp"
#include "front/http/routes.hpp"
#include "protocol/v2_documents.hpp"
#include "protocol/v2_infer.hpp"

namespace slipway::front::http {

using core::Code;

namespace {

/// Adds `handler(version, request, respond)` for a model's endpoint, with and without /versions/V.
template <class WithVersion>
void add_for_models(Router& router, const models::Registry& models, Method method, const std::string& ending,
                    const WithVersion& handler) {
  const Handler found = [&models, handler](HttpRequest request, Responder respond) {
    auto version = models.find(request.path_values[0], request.path_value(1));
    if (!version) {
      respond(HttpResponse::error(version.error()));
      return;
    }
    handler(*std::move(version), std::move(request), std::move(respond));
  };
  router.add(method, "/v2/models/{model}" + ending, found);
  router.add(method, "/v2/models/{model}/versions/{version}" + ending, found);
}

core::Result<std::optional<std::size_t>> json_length(const HttpRequest& request) {
  const std::string_view text = request.header("inference-header-content-length");
  if (text.empty()) return std::nullopt;
  std::size_t length = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (failure == std::errc() && end == text.data() + text.size()) return length;
  return core::fail(Code::invalid_argument,
                    fmt::format("Inference-Header-Content-Length \"{}\": a number of bytes expected", text));
}

core::Result<HttpResponse> encoded(const models::ModelVersion& version, core::Response response,
                                   const protocol::OutputForm& form) {
  TRY_VOID(protocol::form_outputs(response, form, protocol::origin_of(version)));
  TRY(protocol::EncodedInfer answer, protocol::encode_infer(std::move(response), form));
  HttpResponse made;
  if (answer.json_bytes) {
    made.content_type = "application/octet-stream";
    made.headers.emplace_back("Inference-Header-Content-Length", std::to_string(*answer.json_bytes));
  }
  made.body = std::move(answer.body);
  return made;
}

void infer_tensors(const models::Handle& version, const Extensions& extensions, HttpRequest request,
                   Responder respond) {
  version->probe().bytes_in(request.body.size());
  const auto length = json_length(request);
  auto decoded = length
                     ? protocol::decode_infer(std::move(request.body), *length, version->inputs(), &extensions.memory)
                     : core::Result<protocol::DecodedInfer>(std::unexpected(length.error()));
  auto form = decoded ? std::move(decoded->form) : protocol::OutputForm();
  infer(
      version, std::move(request),
      decoded ? core::Result<core::Request>(std::move(decoded->request)) : std::unexpected(decoded.error()),
      [form = std::move(form)](const models::ModelVersion& served, core::Response response) {
        return encoded(served, std::move(response), form);
      },
      std::move(respond));
}

void add_model_routes(Router& router, const models::Registry& models, const Extensions& extensions) {
  add_for_models(router, models, Method::post, "/infer",
                 [extensions](const models::Handle& version, HttpRequest request, Responder respond) {
                   infer_tensors(version, extensions, std::move(request), std::move(respond));
                 });
  add_for_models(router, models, Method::get, "/ready",
                 [](const models::Handle& version, const HttpRequest& /*request*/, Responder respond) {
                   respond(HttpResponse::document(protocol::model_ready(*version)));
                 });
  add_for_models(router, models, Method::get, "/config",
                 [](const models::Handle& version, const HttpRequest& /*request*/, Responder respond) {
                   respond(HttpResponse::document(protocol::model_config(*version)));
                 });
  add_for_models(router, models, Method::get, "",
                 [&models](const models::Handle& version, const HttpRequest& request, Responder respond) {
                   const auto versions = models.versions(request.path_values[0]);
                   respond(versions ? HttpResponse::document(protocol::model_metadata(*version, *versions))
                                    : HttpResponse::error(versions.error()));
                 });
}

void add_statistics_routes(Router& router, const models::Registry& models) {
  router.add(Method::get, "/v2/models/{model}/stats", [&models](const HttpRequest& request, Responder respond) {
    const auto versions = models.versions(request.path_values[0]);
    respond(versions ? HttpResponse::document(protocol::model_statistics(*versions))
                     : HttpResponse::error(versions.error()));
  });
  router.add(Method::get, "/v2/models/{model}/versions/{version}/stats",
             [&models](const HttpRequest& request, Responder respond) {
               const auto version = models.find(request.path_values[0], request.path_values[1]);
               respond(version ? HttpResponse::document(protocol::model_statistics({*version}))
                               : HttpResponse::error(version.error()));
             });
  router.add(Method::get, "/v2/models/stats", [&models](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::document(protocol::model_statistics(models.all())));
  });
}

}  // namespace

void add_v2_routes(Router& router, const models::Registry& models, const Extensions& extensions) {
  router.add(Method::get, "/v2", [extensions](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::document(protocol::server_metadata(identity_of(extensions))));
  });
  router.add(Method::get, "/v2/health/live", [&models](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::document(protocol::live_body(true, models.ready())));
  });
  router.add(Method::get, "/v2/health/ready", [&models](const HttpRequest& /*request*/, Responder respond) {
    const bool ready = models.ready();
    HttpResponse response = HttpResponse::document(protocol::live_body(true, ready), ready ? 200 : 503);
    if (!ready) response.headers.emplace_back("Retry-After", "1");
    respond(std::move(response));
  });
  add_model_routes(router, models, extensions);
  add_statistics_routes(router, models);
}

}  // namespace slipway::front::http
