#include "front/http/routes.hpp"

namespace slipway::front::http {

void add_metrics_routes(Router& router, const metrics::Registry& metrics) {
  router.add(Method::get, "/metrics", [&metrics](HttpRequest /*request*/, Responder respond) {
    respond(HttpResponse::text(metrics.text(), metrics::Registry::content_type()));
  });
}

}  // namespace slipway::front::http
