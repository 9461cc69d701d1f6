#include "front/http/routes.hpp"
#include "protocol/log_settings.hpp"

namespace slipway::front::http {

void add_logging_routes(Router& router, protocol::LogControl& log) {
  router.add(Method::get, "/v2/logging", [&log](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::document(protocol::encode_log_settings(log.settings())));
  });
  router.add(Method::post, "/v2/logging", [&log](const HttpRequest& request, Responder respond) {
    const auto update = [&]() -> core::Result<protocol::LogSettings> {
      TRY(const auto changes, protocol::decode_log_changes(request.body.text()));
      return log.update(changes);
    };
    const auto settings = update();
    respond(settings ? HttpResponse::document(protocol::encode_log_settings(*settings))
                     : HttpResponse::error(settings.error()));
  });
}

}  // namespace slipway::front::http
