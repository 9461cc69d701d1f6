#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "presentation/message.hpp"

namespace crm {

inline std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

inline Response wrong_method(const std::string& allowed) {
  return {.status = 405,
          .content_type = "application/json",
          .body = R"({"error":{"code":"invalid","message":"this address takes )" + allowed + R"("}})",
          .headers = {{"Allow", allowed}}};
}

}  // namespace crm
