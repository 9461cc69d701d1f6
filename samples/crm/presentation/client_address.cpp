#include "presentation/client_address.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace crm {

namespace ip = boost::asio::ip;
using boost::system::error_code;

namespace {

bool lies_in(const ip::address& address, const std::string& network) {
  error_code error;
  if (const auto one = ip::make_address(network, error); !error) return address == one;
  if (address.is_v4()) {
    const auto v4 = ip::make_network_v4(network, error).canonical();
    return !error && ip::network_v4(address.to_v4(), v4.prefix_length()).canonical() == v4;
  }
  const auto v6 = ip::make_network_v6(network, error).canonical();
  return !error && ip::network_v6(address.to_v6(), v6.prefix_length()).canonical() == v6;
}

/// A socket for both kinds shows 1.2.3.4 as ::ffff:1.2.3.4.
ip::address plain(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

}  // namespace

bool is_network(const std::string& text) {
  error_code error;
  ip::make_address(text, error);
  if (!error) return true;
  error.clear();
  ip::make_network_v4(text, error);
  if (!error) return true;
  error.clear();
  ip::make_network_v6(text, error);
  return !error;
}

std::string client_address(const std::string& peer, std::string_view forwarded_for,
                           const std::vector<std::string>& trusted) {
  error_code error;
  auto address = plain(ip::make_address(peer, error));
  if (error) return peer;
  const auto is_trusted = [&] {
    return std::ranges::any_of(trusted, [&](const std::string& network) { return lies_in(address, network); });
  };
  while (is_trusted() && !forwarded_for.empty()) {
    const auto comma = forwarded_for.rfind(',');
    const auto last = trimmed(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
    const auto before = ip::make_address(std::string(last), error);
    if (error) break;  // what a proxy cannot have written
    address = plain(before);
    forwarded_for = comma == std::string_view::npos ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return address.to_string();
}

}  // namespace crm
