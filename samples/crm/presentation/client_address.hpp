#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// Whether it is an address or a network: "10.0.0.7", "10.0.0.0/8", "fd00::/8".
bool is_network(const std::string& text);

/// The address of the client behind proxies: the last of X-Forwarded-For that is no trusted proxy. What comes from
/// anybody else is not believed: without a trusted proxy it is the address at the other end of the connection.
///
///   client_address("10.0.0.7", "1.2.3.4, 10.0.0.8", {"10.0.0.0/8"})   is  1.2.3.4
std::string client_address(const std::string& peer, std::string_view forwarded_for,
                           const std::vector<std::string>& trusted);

}  // namespace crm
