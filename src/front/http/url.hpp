#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::front::http {

/// `text` with its %XX turned into bytes; nothing when one is not hexadecimal, or is a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

/// The pairs of a query, decoded ("+" is a space); nothing where one cannot be.
std::optional<std::vector<std::pair<std::string, std::string>>> query_pairs(std::string_view query);

}  // namespace slipway::front::http
