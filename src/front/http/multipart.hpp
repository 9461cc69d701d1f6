#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace slipway::front::http {

/// One part of a multipart/form-data body (RFC 7578); `content` lies in the body.
struct Part {
  std::string name;
  std::string content_type;
  std::string_view content;
};

bool is_multipart(std::string_view content_type);

/// The parts of a body, in their order; 100 at most. invalid_argument for a body that is not as its Content-Type says.
core::Result<std::vector<Part>> multipart_parts(std::string_view content_type, std::string_view body);

}  // namespace slipway::front::http
