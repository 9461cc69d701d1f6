#include <string>
#include <utility>

#include "front/http/inference.hpp"
#include "front/http/routes.hpp"
#include "protocol/generate.hpp"

namespace slipway::front::http {

namespace {

core::Result<HttpResponse> document(const models::ModelVersion& /*version*/, const core::Response& response) {
  TRY(const std::string answer, protocol::encode_generate(response));
  return HttpResponse::json(answer);
}

/// Models here give one answer to a request, so that the stream has one event, and what fails has failed before it.
core::Result<HttpResponse> stream(const models::ModelVersion& /*version*/, const core::Response& response) {
  TRY(const std::string answer, protocol::encode_generate(response));
  HttpResponse made = HttpResponse::text(protocol::event_of(answer), "text/event-stream; charset=utf-8");
  made.headers.emplace_back("Cache-Control", "no-cache");
  return made;
}

using Encode = core::Result<HttpResponse> (*)(const models::ModelVersion&, const core::Response&);

void add_for_models(Router& router, const models::Registry& models, const std::string& ending, Encode encode) {
  const Handler handler = [&models, encode](HttpRequest request, Responder respond) {
    const auto version = models.find(request.path_values[0], request.path_value(1));
    if (!version) return respond(HttpResponse::error(version.error()));
    (*version)->probe().bytes_in(request.body.size());
    auto decoded = protocol::decode_generate(std::move(request.body), (*version)->inputs());
    infer(*version, std::move(request), std::move(decoded), encode, std::move(respond));
  };
  router.add(Method::post, "/v2/models/{model}" + ending, handler);
  router.add(Method::post, "/v2/models/{model}/versions/{version}" + ending, handler);
}

}  // namespace

void add_generate_routes(Router& router, const models::Registry& models) {
  add_for_models(router, models, "/generate", document);
  add_for_models(router, models, "/generate_stream", stream);
}

}  // namespace slipway::front::http
