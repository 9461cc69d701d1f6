#include <string>

#include "front/http/routes.hpp"
#include "protocol/trace_documents.hpp"

namespace slipway::front::http {

namespace {

using Settings = core::Result<metrics::TraceSettings>;

HttpResponse answer(const Settings& settings) {
  return settings ? HttpResponse::document(protocol::encode_trace_settings(*settings))
                  : HttpResponse::error(settings.error());
}

Settings read(const models::Registry& models, const metrics::Tracer& tracer, std::string_view model) {
  if (!model.empty()) TRY_VOID(models.versions(model));
  return tracer.settings(model);
}

Settings update(const models::Registry& models, metrics::Tracer& tracer, const HttpRequest& request) {
  const std::string_view model = request.path_value(0);
  if (!model.empty()) TRY_VOID(models.versions(model));
  TRY(const auto changes, protocol::decode_trace_changes(request.body.text()));
  return tracer.update(model, changes);
}

}  // namespace

void add_trace_routes(Router& router, const models::Registry& models, metrics::Tracer& tracer) {
  for (const std::string path : {"/v2/trace/setting", "/v2/models/{model}/trace/setting"}) {
    router.add(Method::get, path, [&models, &tracer](const HttpRequest& request, Responder respond) {
      respond(answer(read(models, tracer, request.path_value(0))));
    });
    router.add(Method::post, path, [&models, &tracer](const HttpRequest& request, Responder respond) {
      respond(answer(update(models, tracer, request)));
    });
  }
}

}  // namespace slipway::front::http
