#include "front/http/request_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <string_view>
#include <utility>

#include "core/percent_coding.hpp"
#include "front/compression.hpp"

namespace slipway::front::http {

namespace wire = boost::beast::http;

namespace beast = boost::beast;

namespace {

/// What stands behind the host in a target of the absolute form, "http://host/path" (RFC 9112, 3.2.2).
std::string_view without_host(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (!beast::iequals(target.substr(0, scheme.size()), scheme)) return target;
  return target.substr(std::min(target.find_first_of("/?", scheme.size()), target.size()));
}

}  // namespace

bool is_about_the_server(const HttpRequest& request) {
  return request.method == Method::options && request.path == "*";
}

bool is_preflight(const HttpRequest& request) {
  return request.method == Method::options && !request.header("access-control-request-method").empty();
}

HttpResponse preflight_answer() {
  HttpResponse response = HttpResponse::nothing();
  response.headers = {
      {"Access-Control-Allow-Methods", "GET, POST, OPTIONS"},
      {"Access-Control-Allow-Headers", "Content-Type, Content-Encoding, Inference-Header-Content-Length"},
      {"Access-Control-Max-Age", "3600"}};
  return response;
}

std::optional<HttpResponse> broken_rule(const HttpRequest& request, bool http_1_0) {
  const auto hosts = request.headers.count("host");
  if (hosts > 1 || (hosts == 0 && !http_1_0))
    return HttpResponse::error(400, fmt::format("{} Host headers given, one expected", hosts));
  const auto codings = request.headers.count("transfer-encoding");
  const std::string_view coding = request.header("transfer-encoding");
  if (codings > 1 || (codings == 1 && coding.empty()))
    return HttpResponse::error(
        400, fmt::format("{} Transfer-Encoding headers given, the first of which says \"{}\"; one, chunked, expected",
                         codings, coding));
  if (codings == 0 || beast::iequals(coding, "chunked")) return std::nullopt;
  return HttpResponse::error(501, fmt::format("Transfer-Encoding \"{}\" given, chunked is known", coding));
}

bool expects_go_on(const HttpRequest& request) { return beast::iequals(request.header("expect"), "100-continue"); }

bool has_coding(const HttpRequest& request) {
  const std::string_view coding = request.header("content-encoding");
  return !coding.empty() && !beast::iequals(coding, "identity");
}

std::optional<HttpResponse> reading_objection(const boost::system::error_code& error, const ServerOptions& options) {
  if (error == boost::system::errc::not_enough_memory) {
    HttpResponse response = HttpResponse::error(503, "there is no memory for the request's body at the moment");
    response.headers.emplace_back("Retry-After", "1");
    return response;
  }
  if (error == wire::error::header_limit)
    return HttpResponse::error(
        431, fmt::format("the request's header is over {} bytes, or a line between its chunks even longer",
                         options.max_header_bytes));
  if (error == wire::error::body_limit)
    return HttpResponse::error(
        413, fmt::format("the request's body is over {} bytes (max_request_bytes)", options.max_request_bytes));
  if (error.category() == wire::make_error_code(wire::error::bad_method).category())
    return HttpResponse::error(400, fmt::format("this is no HTTP/1.1 request: {}", error.message()));
  return std::nullopt;
}

HttpResponse coding_objection(const core::Error& error) {
  if (error.code() == core::Code::resource_exhausted) return HttpResponse::error(413, error.message());
  if (error.code() != core::Code::unimplemented) return HttpResponse::error(error);
  HttpResponse response = HttpResponse::error(415, error.message());
  response.headers.emplace_back("Accept-Encoding", std::string(codings));
  return response;
}

bool decode_path(HttpRequest& request) {
  std::string_view target = without_host(request.path);
  const bool had_host = target.size() != request.path.size();
  const std::size_t question = target.find('?');
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  target = target.substr(0, question);
  auto path = core::percent_decoded(had_host && target.empty() ? "/" : target);
  if (!path) return false;
  const bool of_the_server = request.method == Method::options && *path == "*";
  if (!path->starts_with('/') && !of_the_server) return false;
  request.path = *std::move(path);
  return true;
}

}  // namespace slipway::front::http
