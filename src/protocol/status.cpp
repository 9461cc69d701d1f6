#include "protocol/status.hpp"

#include "core/printable.hpp"
#include "protocol/json_tensor.hpp"

namespace slipway::protocol {

using core::Code;

unsigned http_status(Code code) {
  switch (code) {
    case Code::invalid_argument:
    case Code::failed_precondition: return 400;
    case Code::unauthenticated: return 401;
    case Code::permission_denied: return 403;
    case Code::not_found: return 404;
    case Code::already_exists: return 409;
    case Code::cancelled: return 499;
    case Code::unimplemented: return 501;
    case Code::resource_exhausted:
    case Code::unavailable: return 503;
    case Code::deadline_exceeded: return 504;
    case Code::internal:
    case Code::unknown: return 500;
  }
  return 500;
}

unsigned retry_after_seconds(Code code) {
  return code == Code::resource_exhausted || code == Code::unavailable ? 1 : 0;
}

std::string error_body(std::string_view sentence) {
  std::string body = R"({"error":)";
  append_string(body, core::told(sentence));
  body += '}';
  return body;
}

}  // namespace slipway::protocol
