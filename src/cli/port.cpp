#include "cli/port.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/printable.hpp"

namespace slipway::cli {

core::Result<std::uint16_t> port_from(std::string_view text) {
  std::uint16_t port = 0;
  const char* all = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), all, port);
  if (failure == std::errc() && end == all) return port;
  return core::invalid(fmt::format("\"{}\" given; a port from 0 to 65535 expected", core::printable(text)));
}

}  // namespace slipway::cli
