#include <fmt/format.h>
#include <zlib.h>

#include <span>
#include <string>
#include <string_view>

#include "front/compression.hpp"
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

/// {0}: the way from the page to the server's root, so that a proxy may put it all under a prefix; {1} and {2}: what
/// the files are now. Nothing comes from another host.
constexpr std::string_view page = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slipway</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{0}docs/swagger-ui.css?{1}">
<style>.swagger-ui .info {{ margin: 24px 0 }} .swagger-ui .info .title small pre {{ font-size: 12px }}</style>
</head>
<body>
<div id="docs"></div>
<script src="{0}docs/swagger-ui-bundle.js?{2}"></script>
<script>
SwaggerUIBundle({{
  url: "{0}openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null
}});
</script>
</body>
</html>
)";

std::span<const char> script() { return {slipway_swagger_js, slipway_swagger_js_end}; }
std::span<const char> style() { return {slipway_swagger_css, slipway_swagger_css_end}; }

/// What a file is now, in a few letters: a part of its address, so that a browser keeps it until another is there.
std::string mark_of(std::span<const char> compressed) {
  return fmt::format("{:08x}", crc32_z(0, reinterpret_cast<const Bytef*>(compressed.data()), compressed.size()));
}

/// An embedded file, kept compressed; inflated for the client that does not take gzip.
Handler asset(std::span<const char> compressed, std::string_view type) {
  return [compressed, type](const HttpRequest& request, Responder respond) {
    HttpResponse response;
    response.content_type = type;
    response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
    core::Buffer body = core::Buffer::copy_of(std::as_bytes(compressed));
    if (takes_gzip(request.header("accept-encoding"))) {
      response.headers.emplace_back("Content-Encoding", "gzip");
      response.headers.emplace_back("Vary", "Accept-Encoding");
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
  router.add(Method::get, "/", [](const HttpRequest& request, Responder respond) {
    if (request.header("accept").find("text/html") == std::string_view::npos)
      return respond(
          HttpResponse::json(R"({"status":"alive"})"));  // what KServe's client asks a server of its V1 protocol
    HttpResponse response = HttpResponse::text("", "", 302);
    response.headers.emplace_back("Location", "docs");
    respond(std::move(response));
  });
  router.add(Method::get, "/openapi.json", [&models](const HttpRequest& /*request*/, Responder respond) {
    respond(HttpResponse::json(protocol::openapi_document(models.services())));
  });
  router.add(Method::get, "/openapi/examples/{name}/{door}", [&models](const HttpRequest& request, Responder respond) {
    const auto version = models.find(request.path_value(0), "");
    if (!version) return respond(HttpResponse::error(version.error()));
    const auto body = protocol::openapi::example_body(protocol::openapi::service_of(**version), request.path_value(1));
    if (!body) {
      return respond(HttpResponse::error(core::Error(
          core::Code::not_found, fmt::format("no example of \"{}\" for the door \"{}\"; /openapi.json names those that "
                                             "there are",
                                             request.path_value(0), request.path_value(1)))));
    }
    respond(HttpResponse::json(boost::json::serialize(*body)));
  });
  router.add(
      Method::get, "/docs",
      [style_mark = mark_of(style()), script_mark = mark_of(script())](const HttpRequest& request, Responder respond) {
        const std::string_view root = request.path.ends_with('/') ? "../" : "";
        respond(HttpResponse::text(fmt::format(page, root, style_mark, script_mark), "text/html; charset=utf-8"));
      });
  router.add(Method::get, "/docs/swagger-ui-bundle.js", asset(script(), "text/javascript; charset=utf-8"));
  router.add(Method::get, "/docs/swagger-ui.css", asset(style(), "text/css; charset=utf-8"));
}

}  // namespace slipway::front::http
