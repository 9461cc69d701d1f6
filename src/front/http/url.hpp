#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::front::http {

/// The pairs of a query, decoded ("+" is a space); nothing where one cannot be.
std::optional<std::vector<std::pair<std::string, std::string>>> query_pairs(std::string_view query);

}  // namespace slipway::front::http
