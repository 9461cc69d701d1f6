#include <string>
#include <utility>

#include "core/shared_memory.hpp"
#include "front/http/routes.hpp"
#include "protocol/shared_memory_documents.hpp"

namespace slipway::front::http {

namespace {

HttpResponse done(const core::Result<void>& result) {
  return result ? HttpResponse::document("{}") : HttpResponse::error(result.error());
}

core::Result<void> add(core::SharedMemory& memory, const HttpRequest& request) {
  TRY(auto region, protocol::decode_region(request.path_values[0], request.body.text()));
  return memory.add(std::move(region));
}

void add_system_routes(Router& router, core::SharedMemory& memory) {
  const std::string base = "/v2/systemsharedmemory";
  const Handler status = [&memory](const HttpRequest& request, Responder respond) {
    const auto regions = memory.list(request.path_value(0));
    respond(regions ? HttpResponse::document(protocol::encode_regions(*regions))
                    : HttpResponse::error(regions.error()));
  };
  router.add(Method::get, base + "/status", status);
  router.add(Method::get, base + "/region/{region}/status", status);
  router.add(Method::post, base + "/region/{region}/register",
             [&memory](const HttpRequest& request, Responder respond) { respond(done(add(memory, request))); });
  router.add(Method::post, base + "/region/{region}/unregister",
             [&memory](const HttpRequest& request, Responder respond) {
               memory.remove(request.path_values[0]);
               respond(done({}));
             });
  router.add(Method::post, base + "/unregister", [&memory](const HttpRequest& /*request*/, Responder respond) {
    memory.remove_all();
    respond(done({}));
  });
}

/// There is none, and clients ask all the same: load generators begin by unregistering every region.
void add_cuda_routes(Router& router) {
  const std::string base = "/v2/cudasharedmemory";
  const Handler nothing = [](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::document("[]"));
  };
  const Handler unregister = [](const HttpRequest& /*request*/, Responder respond) { respond(done({})); };
  router.add(Method::get, base + "/status", nothing);
  router.add(Method::get, base + "/region/{region}/status", nothing);
  router.add(Method::post, base + "/unregister", unregister);
  router.add(Method::post, base + "/region/{region}/unregister", unregister);
  router.add(Method::post, base + "/region/{region}/register", [](const HttpRequest& request, Responder respond) {
    respond(HttpResponse::error(protocol::no_cuda_memory(request.path_values[0])));
  });
}

}  // namespace

void add_shared_memory_routes(Router& router, core::SharedMemory& memory) {
  add_system_routes(router, memory);
  add_cuda_routes(router);
}

}  // namespace slipway::front::http
