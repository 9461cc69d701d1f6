#include "front/http/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>
#include <utility>

namespace slipway::front::http {

namespace {

constexpr std::array<std::pair<Method, std::string_view>, 6> names{{{Method::get, "GET"},
                                                                    {Method::head, "HEAD"},
                                                                    {Method::post, "POST"},
                                                                    {Method::put, "PUT"},
                                                                    {Method::del, "DELETE"},
                                                                    {Method::options, "OPTIONS"}}};

/// The segments of a path; few are longer.
using Segments = boost::container::small_vector<std::string_view, 8>;

Segments split(std::string_view path) {
  Segments segments;
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return segments;
  for (std::size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    segments.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return segments;
}

bool is_value(std::string_view segment) { return segment.starts_with('{'); }

/// What a value's segment ends with: ":predict" of "{model}:predict".
std::string_view ending_of(std::string_view segment) { return segment.substr(segment.find('}') + 1); }

bool fits(const std::vector<std::string>& pattern, const Segments& segments) {
  return std::ranges::equal(pattern, segments, [](const std::string& expected, std::string_view given) {
    if (!is_value(expected)) return expected == given;
    const std::string_view ending = ending_of(expected);
    return given.size() > ending.size() && given.ends_with(ending);
  });
}

}  // namespace

void Router::add(Method method, std::string_view pattern, Handler handler) {
  Route route{.method = method, .segments = {}, .handler = std::move(handler)};
  for (const std::string_view segment : split(pattern)) route.segments.emplace_back(segment);
  // literal patterns first, so that /v2/models/stats is not taken for a model's name
  const auto values = [](const Route& other) { return std::ranges::count_if(other.segments, is_value); };
  const auto at = std::ranges::upper_bound(routes_, values(route), {}, values);
  routes_.insert(at, std::move(route));
}

void Router::add_socket(std::string_view path, SocketOpener opener) {
  sockets_.insert_or_assign(std::string(path), std::move(opener));
}

const SocketOpener* Router::socket(std::string_view path) const {
  const auto found = sockets_.find(path);
  return found == sockets_.end() ? nullptr : &found->second;
}

void Router::handle(HttpRequest request, Responder respond) const {
  const Segments segments = split(request.path);
  const Method wanted = request.method == Method::head ? Method::get : request.method;
  std::string allowed;
  for (const Route& route : routes_) {
    if (!fits(route.segments, segments)) continue;
    if (route.method == wanted) {
      for (std::size_t i = 0; i < segments.size(); ++i) {
        if (!is_value(route.segments[i])) continue;
        request.path_values.emplace_back(
            segments[i].substr(0, segments[i].size() - ending_of(route.segments[i]).size()));
      }
      route.handler(std::move(request), std::move(respond));
      return;
    }
    const auto* const name = std::ranges::find(names, route.method, &std::pair<Method, std::string_view>::first);
    if (allowed.find(name->second) == std::string::npos) {
      allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", name->second);
      if (route.method == Method::get) allowed += ", HEAD";
    }
  }
  if (allowed.empty()) {
    respond(HttpResponse::error(404, fmt::format("nothing is served at {}; /docs lists what is", request.path)));
    return;
  }
  HttpResponse response = request.method == Method::options
                              ? HttpResponse::nothing()
                              : HttpResponse::error(405, fmt::format("{} takes {}", request.path, allowed));
  response.headers.emplace_back("Allow", allowed + ", OPTIONS");
  respond(std::move(response));
}

}  // namespace slipway::front::http
