#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <charconv>
#include <memory>
#include <utility>

#include "admission/admission.hpp"
#include "front/http/routes.hpp"
#include "protocol/v2_documents.hpp"
#include "protocol/v2_infer.hpp"

namespace slipway::front::http {

using core::Code;

namespace {

/// The version of the path, "" where it names none.
std::string_view version_of(const HttpRequest& request) {
  return request.path_values.size() > 1 ? std::string_view(request.path_values[1]) : std::string_view();
}

/// Adds `handler(version, request, respond)` for a model's endpoint, with and without /versions/V.
template <class WithVersion>
void add_for_models(Router& router, const models::Registry& models, Method method, const std::string& ending,
                    const WithVersion& handler) {
  const Handler found = [&models, handler](HttpRequest request, Responder respond) {
    auto version = models.find(request.path_values[0], version_of(request));
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

/// curl sends x-www-form-urlencoded when it is told no type; the body is what counts.
bool takes_type(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  constexpr std::array<std::string_view, 4> taken{"application/json", "application/octet-stream",
                                                  "application/x-www-form-urlencoded",
                                                  "application/vnd.sagemaker-triton.binary+json"};
  return type.empty() ||
         std::ranges::any_of(taken, [type](std::string_view name) { return boost::beast::iequals(type, name); });
}

HttpResponse encoded(const models::Handle& version, core::Result<core::Response> result,
                     const protocol::OutputForm& form) {
  if (!result) return HttpResponse::error(result.error());
  const auto start = core::now();
  auto answer = protocol::encode_infer(*std::move(result), form);
  if (!answer) return HttpResponse::error(answer.error());
  HttpResponse response;
  if (answer->json_bytes) {
    response.content_type = "application/octet-stream";
    response.headers.emplace_back("Inference-Header-Content-Length", std::to_string(*answer->json_bytes));
  }
  response.body = std::move(answer->body);
  version->probe().encoded(core::now() - start);
  return response;
}

void infer(const models::Handle& version, HttpRequest request, Responder respond) {
  if (!takes_type(request.header("content-type"))) {
    respond(HttpResponse::error(415, fmt::format("Content-Type \"{}\" given, application/json or "
                                                 "application/octet-stream expected",
                                                 request.header("content-type"))));
    return;
  }
  version->probe().bytes_in(request.body.size());
  const auto length = json_length(request);
  auto decoded = length ? protocol::decode_infer(std::move(request.body), *length, version->inputs())
                        : core::Result<protocol::DecodedInfer>(std::unexpected(length.error()));
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
                   [held = version, received = request.received, form = std::move(decoded->form),
                    respond = std::move(respond)](core::Result<core::Response> result) mutable {
                     HttpResponse response = encoded(held, std::move(result), form);
                     held->probe().answered(core::now() - received, response.body_bytes());
                     held.reset();  // before the answer: an instance's thread must never be the last to let go
                     respond(std::move(response));
                   });
}

void add_model_routes(Router& router, const models::Registry& models) {
  add_for_models(router, models, Method::post, "/infer", infer);
  add_for_models(router, models, Method::get, "/ready",
                 [](const models::Handle& version, const HttpRequest& /*request*/, Responder respond) {
                   respond(HttpResponse::json(protocol::model_ready(*version)));
                 });
  add_for_models(router, models, Method::get, "/config",
                 [](const models::Handle& version, const HttpRequest& /*request*/, Responder respond) {
                   respond(HttpResponse::json(protocol::model_config(*version)));
                 });
  add_for_models(router, models, Method::get, "",
                 [&models](const models::Handle& version, const HttpRequest& request, Responder respond) {
                   const auto versions = models.versions(request.path_values[0]);
                   respond(versions ? HttpResponse::json(protocol::model_metadata(*version, *versions))
                                    : HttpResponse::error(versions.error()));
                 });
}

void add_statistics_routes(Router& router, const models::Registry& models) {
  router.add(Method::get, "/v2/models/{model}/stats", [&models](const HttpRequest& request, Responder respond) {
    const auto versions = models.versions(request.path_values[0]);
    respond(versions ? HttpResponse::json(protocol::model_statistics(*versions))
                     : HttpResponse::error(versions.error()));
  });
  router.add(Method::get, "/v2/models/{model}/versions/{version}/stats",
             [&models](const HttpRequest& request, Responder respond) {
               const auto version = models.find(request.path_values[0], request.path_values[1]);
               respond(version ? HttpResponse::json(protocol::model_statistics({*version}))
                               : HttpResponse::error(version.error()));
             });
  router.add(Method::get, "/v2/models/stats", [&models](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::json(protocol::model_statistics(models.all())));
  });
}

}  // namespace

void add_v2_routes(Router& router, const models::Registry& models) {
  router.add(Method::get, "/v2", [](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::json(protocol::server_metadata()));
  });
  router.add(Method::get, "/v2/health/live", [&models](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::json(protocol::live_body(true, models.ready())));
  });
  router.add(Method::get, "/v2/health/ready", [&models](const HttpRequest& /*request*/, Responder respond) {
    const bool ready = models.ready();
    HttpResponse response = HttpResponse::json(protocol::live_body(true, ready), ready ? 200 : 503);
    if (!ready) response.headers.emplace_back("Retry-After", "1");
    respond(std::move(response));
  });
  const Handler index = [&models](const HttpRequest& request, Responder respond) {
    const auto only_ready = protocol::asks_for_ready(request.body.text());
    respond(only_ready ? HttpResponse::json(protocol::repository_index(models.index(), *only_ready))
                       : HttpResponse::error(only_ready.error()));
  };
  router.add(Method::get, "/v2/repository/index", index);
  router.add(Method::post, "/v2/repository/index", index);
  add_model_routes(router, models);
  add_statistics_routes(router, models);
}

}  // namespace slipway::front::http
