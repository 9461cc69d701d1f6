#include <memory>
#include <string>
#include <utility>

#include "front/http/routes.hpp"
#include "protocol/load_request.hpp"
#include "protocol/v2_documents.hpp"

namespace slipway::front::http {

namespace {

/// Answers with nothing, or with the error, when the control is done.
models::ModelControl::Done answer(Responder respond) {
  return [respond = std::move(respond)](core::Result<void> outcome) mutable {
    respond(outcome ? HttpResponse() : HttpResponse::error(outcome.error()));
  };
}

}  // namespace

void add_repository_routes(Router& router, const models::Registry& models, models::ModelControl& control) {
  const Handler index = [&models](const HttpRequest& request, Responder respond) {
    const auto only_ready = protocol::asks_for_ready(request.body.text());
    respond(only_ready ? HttpResponse::document(protocol::repository_index(models.index(), *only_ready))
                       : HttpResponse::error(only_ready.error()));
  };
  router.add(Method::get, "/v2/repository/index", index);
  router.add(Method::post, "/v2/repository/index", index);
  router.add(Method::post, "/v2/repository/models/{model}/load",
             [&control](const HttpRequest& request, Responder respond) {
               auto options = protocol::decode_load(request.body.text());
               if (!options) return respond(HttpResponse::error(options.error()));
               control.load(request.path_values[0], *std::move(options), answer(std::move(respond)));
             });
  router.add(Method::post, "/v2/repository/models/{model}/unload",
             [&control](const HttpRequest& request, Responder respond) {
               if (const auto read = protocol::decode_unload(request.body.text()); !read)
                 return respond(HttpResponse::error(read.error()));
               control.unload(request.path_values[0], answer(std::move(respond)));
             });
}

}  // namespace slipway::front::http
