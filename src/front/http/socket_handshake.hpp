#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <optional>
#include <string>

#include "front/http/message.hpp"

namespace slipway::front::http {

/// A request to become a WebSocket (RFC 6455, 4.1), as Beast reads it.
using SocketHandshake = boost::beast::http::request<boost::beast::http::empty_body>;

/// Nothing for a request that is none.
std::optional<SocketHandshake> socket_handshake(const HttpRequest& request);

/// Whether a page of another site wants a WebSocket, through the browser of somebody who may: browsers say whose page
/// asks, and ask nobody else. `allowed` is the origin that may, "*" for any.
bool is_foreign(const HttpRequest& request, const std::optional<std::string>& allowed);

}  // namespace slipway::front::http
