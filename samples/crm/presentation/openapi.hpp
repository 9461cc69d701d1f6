#pragma once

#include <string>

namespace crm {

/// The OpenAPI 3.1 document of all calls, made from the table of kinds.
std::string openapi();

}  // namespace crm
