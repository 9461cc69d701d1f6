#pragma once

#include <string_view>

namespace slipway::config {

/// What a model may be called: it stands in addresses, lines of logs and of files. Whoever reads a name refuses others
/// with `expected_model_name`.
bool is_model_name(std::string_view name);

constexpr std::string_view expected_model_name =
    "a name with at least one letter, in UTF-8, without \"/\", control characters, or a space at its beginning or end, "
    "expected";

}  // namespace slipway::config
