#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "front/http/message.hpp"
#include "front/http/web_socket.hpp"

namespace slipway::front::http {

/// Finds the handler for a method and path. Patterns are literal segments and `{name}` for one segment, or for the
/// beginning of one, as in `{name}:predict`; a trailing slash makes no difference. Filled before the server starts,
/// then read by all threads.
///
///   router.add(Method::get, "/v2/models/{model}/ready", handler);
class Router {
 public:
  void add(Method method, std::string_view pattern, Handler handler);

  /// For requests that want to become a WebSocket; `path` is literal.
  void add_socket(std::string_view path, SocketOpener opener);
  /// Null where there is none.
  const SocketOpener* socket(std::string_view path) const;

  /// Calls the handler, or answers 404, or 405 with Allow. HEAD runs GET's handler; the connection leaves the body out.
  void handle(HttpRequest request, Responder respond) const;

 private:
  struct Route {
    Method method;
    std::vector<std::string> segments;  ///< "{…}" matches any one segment, "{…}:x" any that ends with ":x"
    Handler handler;
  };
  std::vector<Route> routes_;
  std::map<std::string, SocketOpener, std::less<>> sockets_;
};

}  // namespace slipway::front::http
