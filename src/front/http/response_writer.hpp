#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "front/compression.hpp"
#include "front/http/message.hpp"
#include "front/http/server.hpp"

namespace slipway::front::http {

/// What of the request bears on how its answer is written.
struct AnswerForm {
  bool head = false;
  bool http_1_0 = false;
  bool keep_alive = true;
  Coding coding = Coding::identity;
};

/// The status line and header fields of a response, with what the connection adds: Content-Length, Date, Server,
/// Connection, CORS, Content-Encoding (compressing the body where that pays). Appends to `out`.
void write_header(std::string& out, HttpResponse& response, const AnswerForm& form, const ServerOptions& options);

}  // namespace slipway::front::http
