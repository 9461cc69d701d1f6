#include "front/http/socket_handshake.hpp"

#include <array>
#include <boost/beast/websocket/rfc6455.hpp>
#include <string_view>
#include <utility>

namespace slipway::front::http {

namespace beast = boost::beast;
namespace wire = boost::beast::http;

std::optional<SocketHandshake> socket_handshake(const HttpRequest& request) {
  using Field = std::pair<wire::field, std::string_view>;
  constexpr std::array fields{Field{wire::field::host, "host"},
                              Field{wire::field::connection, "connection"},
                              Field{wire::field::upgrade, "upgrade"},
                              Field{wire::field::sec_websocket_key, "sec-websocket-key"},
                              Field{wire::field::sec_websocket_version, "sec-websocket-version"},
                              Field{wire::field::sec_websocket_protocol, "sec-websocket-protocol"},
                              Field{wire::field::sec_websocket_extensions, "sec-websocket-extensions"}};
  if (request.method != Method::get || request.header("upgrade").empty()) return std::nullopt;
  SocketHandshake made(wire::verb::get, request.path, 11);
  for (const auto& [field, name] : fields) {
    if (const std::string_view value = request.header(name); !value.empty())
      made.set(field, beast::string_view(value.data(), value.size()));
  }
  if (!beast::websocket::is_upgrade(made)) return std::nullopt;
  return made;
}

bool is_foreign(const HttpRequest& request, const std::optional<std::string>& allowed) {
  const std::string_view origin = request.header("origin");
  if (origin.empty() || (allowed && (*allowed == "*" || *allowed == origin))) return false;
  const auto host = origin.find("://");
  return host == std::string_view::npos || origin.substr(host + 3) != request.header("host");
}

}  // namespace slipway::front::http
