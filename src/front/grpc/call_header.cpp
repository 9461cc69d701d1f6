#include "front/grpc/call_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <iterator>

namespace slipway::front::grpc {

void CallHeader::take(std::string_view name, std::string_view value) {
  if (name == ":method") method = value;
  if (name == ":path") path = value;
  if (name == "content-type") content_type = value;
  if (name == "grpc-encoding") encoding = value;
  if (name == "grpc-timeout") timeout = value;
  if (name == "triton_grpc_error") triton_grpc_error = value;
}

std::optional<core::Duration> timeout_from(std::string_view text) {
  constexpr std::size_t most_digits = 8;
  if (text.size() < 2 || text.size() > most_digits + 1) return std::nullopt;
  std::int64_t count = 0;
  const char* end = text.data() + text.size() - 1;
  if (text.front() == '-' || std::from_chars(text.data(), end, count).ptr != end) return std::nullopt;
  const auto of = [count](core::Duration unit) -> core::Duration {
    return count > longest_timeout / unit ? longest_timeout : count * unit;
  };
  switch (*end) {
    case 'H': return of(std::chrono::hours(1));
    case 'M': return of(std::chrono::minutes(1));
    case 'S': return of(std::chrono::seconds(1));
    case 'm': return of(std::chrono::milliseconds(1));
    case 'u': return of(std::chrono::microseconds(1));
    case 'n': return of(std::chrono::nanoseconds(1));
    default: return std::nullopt;
  }
}

std::string percent_encoded(std::string_view message) {
  constexpr std::size_t longest = 4096;  // clients take 8 KiB of header fields, and not all of them say what was wrong
  constexpr std::size_t longest_letter = 3;
  std::string out;
  out.reserve(std::min(message.size(), longest));
  for (const char letter : message) {
    if (out.size() + longest_letter > longest) break;
    if (letter >= ' ' && letter <= '~' && letter != '%') {
      out += letter;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(letter));
    }
  }
  return out;
}

}  // namespace slipway::front::grpc
