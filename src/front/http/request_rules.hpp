#pragma once

#include <boost/system/error_code.hpp>
#include <optional>

#include "front/http/message.hpp"
#include "front/http/server.hpp"

namespace slipway::front::http {

/// What the standards say of a request whose header has come.

/// Whether it is about the server itself rather than one of its addresses (RFC 9110, 9.3.7).
bool is_about_the_server(const HttpRequest& request);

/// Whether a browser asks what pages of elsewhere may ask (the Fetch standard), and what it is told.
bool is_preflight(const HttpRequest& request);
HttpResponse preflight_answer();

/// What RFC 9112 has a server refuse: a request of HTTP/1.1 without one Host (3.2), a body in a transfer coding that it
/// does not know (6.1), or whose end another server might see elsewhere (6.3).
std::optional<HttpResponse> broken_rule(const HttpRequest& request, bool http_1_0);

/// Whether the body comes when the server says that it may (RFC 9110, 10.1.1).
bool expects_go_on(const HttpRequest& request);

/// Whether the body came in another form than its own.
bool has_coding(const HttpRequest& request);

/// The answer to a request that could not be read: 400, 413, 431, 503 where there was no memory; nothing where nobody
/// would read it.
std::optional<HttpResponse> reading_objection(const boost::system::error_code& error, const ServerOptions& options);

/// The answer to a body that does not come out of its content coding: 400, 413 where it would be too long, 415 with the
/// codings there are.
HttpResponse coding_objection(const core::Error& error);

/// Makes path and query of the request's target. False when it is none.
bool decode_path(HttpRequest& request);

}  // namespace slipway::front::http
