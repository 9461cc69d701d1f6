#include "models/version_number.hpp"

#include <charconv>

namespace slipway::models {

std::int64_t version_number(std::string_view text) {
  if (text.empty() || text.front() < '1' || text.front() > '9') return 0;
  std::int64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), last, number);
  return failure == std::errc() && end == last ? number : 0;
}

}  // namespace slipway::models
