#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::core {

/// "127.0.0.1:8000", and "[::1]:8000" where the host is an IPv6 address, as addresses and Host headers have it.
inline std::string host_and_port(std::string_view host, std::uint16_t port) {
  return host.find(':') == std::string_view::npos ? fmt::format("{}:{}", host, port)
                                                  : fmt::format("[{}]:{}", host, port);
}

}  // namespace slipway::core
