#include <span>

#include "front/http/compression.hpp"
#include "front/http/routes.hpp"
#include "protocol/openapi.hpp"

// docs_assets.S
// NOLINTBEGIN(modernize-avoid-c-arrays)
extern "C" {
extern const char slipway_swagger_js[];
extern const char slipway_swagger_js_end[];
extern const char slipway_swagger_css[];
extern const char slipway_swagger_css_end[];
}
// NOLINTEND(modernize-avoid-c-arrays)

namespace slipway::front::http {

namespace {

constexpr const char* page = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slipway</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({url: "openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null});</script>
</body>
</html>
)";

/// An embedded file, kept compressed; inflated for the client that does not take gzip.
Handler asset(std::span<const char> compressed, std::string type) {
  return [compressed, type](const HttpRequest& request, Responder respond) {
    HttpResponse response;
    response.content_type = type;
    response.headers.emplace_back("Cache-Control", "max-age=86400");
    core::Buffer body = core::Buffer::copy_of(std::as_bytes(compressed));
    if (chosen_coding(request.header("accept-encoding")) == Coding::gzip) {
      response.headers.emplace_back("Content-Encoding", "gzip");
      response.body.push_back(std::move(body));
    } else {
      constexpr std::uint64_t most_bytes = 64U << 20U;
      auto inflated = decompress(body, "gzip", most_bytes);
      if (!inflated) return respond(HttpResponse::error(inflated.error()));
      response.body.push_back(*std::move(inflated));
    }
    respond(std::move(response));
  };
}

}  // namespace

void add_docs_routes(Router& router, const models::Registry& models) {
  router.add(Method::get, "/openapi.json", [&models](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::json(protocol::openapi_document(models.services())));
  });
  router.add(Method::get, "/docs", [](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::text(page, "text/html; charset=utf-8"));
  });
  router.add(Method::get, "/docs/swagger-ui-bundle.js",
             asset({slipway_swagger_js, slipway_swagger_js_end}, "text/javascript; charset=utf-8"));
  router.add(Method::get, "/docs/swagger-ui.css",
             asset({slipway_swagger_css, slipway_swagger_css_end}, "text/css; charset=utf-8"));
}

}  // namespace slipway::front::http
