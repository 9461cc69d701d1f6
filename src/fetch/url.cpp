#include "fetch/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url.hpp>
#include <cctype>
#include <charconv>

#include "core/address.hpp"
#include "core/printable.hpp"
#include "fetch/tree.hpp"

namespace slipway::fetch {

namespace urls = boost::urls;

namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

core::Result<Url> parts_of(const urls::url_view& given) {
  const std::string text = without_secrets(given.buffer());
  const auto refuse = [&](std::string_view why) { return core::invalid(fmt::format("{}: {}", text, why)); };
  Url url;
  if (given.scheme_id() != urls::scheme::http && given.scheme_id() != urls::scheme::https)
    return refuse("an address that begins with http://, https:// or s3:// expected");
  if (given.has_userinfo()) return refuse("has a user's name or password in it, which are not taken");
  url.tls = given.scheme_id() == urls::scheme::https;
  url.host = given.host_type() == urls::host_type::ipv6 ? given.host_address() : given.host();
  if (url.host.empty()) return refuse("names no host");
  url.port = url.tls ? https_port : http_port;
  if (const std::string port = given.port(); !port.empty()) {
    const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (failure != std::errc() || end != port.data() + port.size() || url.port == 0)
      return refuse(fmt::format("port \"{}\", 1 to 65535 expected", port));
  }
  url.target = given.encoded_target();
  if (!url.target.starts_with('/')) url.target = fmt::format("/{}", url.target);
  return url;
}

core::Result<urls::url_view> view_of(std::string_view text) {
  const auto parsed = urls::parse_uri(urls::string_view(text.data(), text.size()));
  if (parsed.has_value()) return parsed.value();
  return core::invalid(
      fmt::format("{}: is no address (blanks and letters beyond ASCII are percent-encoded)", without_secrets(text)));
}

int digit_of(char c) {
  constexpr int ten = 10;
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + ten;
  if (c >= 'A' && c <= 'F') return c - 'A' + ten;
  return -1;
}

}  // namespace

std::string Url::host_header() const {
  if (port != (tls ? https_port : http_port)) return core::host_and_port(host, port);
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

std::string Url::text() const {
  return fmt::format("{}://{}{}", tls ? "https" : "http", host_header(), target.substr(0, target.find('?')));
}

std::string without_secrets(std::string_view text) {
  constexpr std::string_view colon = "://";
  constexpr std::string_view ends = "?#";
  const std::size_t scheme = text.find(colon);
  const bool has_scheme = scheme != std::string_view::npos && text.find_first_of("?#@/") > scheme;
  const std::size_t begin = has_scheme ? scheme + colon.size() : 0;
  std::string_view rest = text.substr(begin);
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    // a password with a mark in it, or a mark in a query: what follows may be of either
    if (rest.substr(0, at).find_first_of(ends) != std::string_view::npos)
      return core::printable(fmt::format("{}…", text.substr(0, begin)));
    rest.remove_prefix(at + 1);
  }
  return core::printable(fmt::format("{}{}", text.substr(0, begin), rest.substr(0, rest.find_first_of(ends))));
}

core::Result<Url> parse_url(std::string_view text) {
  TRY(const urls::url_view view, view_of(text));
  return parts_of(view);
}

core::Result<Url> redirected(const Url& from, std::string_view location) {
  const std::string base_text =
      fmt::format("{}://{}{}", from.tls ? "https" : "http", core::host_and_port(from.host, from.port), from.target);
  TRY(const urls::url_view base, view_of(base_text));
  const auto reference = urls::parse_uri_reference(urls::string_view(location.data(), location.size()));
  urls::url whole;
  if (!reference.has_value() || urls::resolve(base, reference.value(), whole).has_error())
    return core::invalid(
        fmt::format("{}: redirects to \"{}\", which is no address", from.text(), without_secrets(location)));
  TRY(Url to, parts_of(whole));
  if (from.tls && !to.tls)
    return core::invalid(fmt::format("{}: redirects to {}, which is not encrypted", from.text(), to.text()));
  return to;
}

core::Result<std::string> file_name(const Url& url) {
  const std::string path = url.target.substr(0, url.target.find('?'));
  std::string name = decoded(path.substr(path.rfind('/') + 1));
  if (const auto safe = inside(name); !safe || name.find('/') != std::string::npos)
    return core::invalid(
        fmt::format("{}: its last part, \"{}\", cannot be a file's name", url.text(), core::printable(name)));
  return name;
}

std::string encoded(std::string_view text, bool keep_slash) {
  constexpr std::string_view kept = "-_.~";
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kept.contains(c) ||
                       (c == '/' && keep_slash);
    if (plain) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

std::string decoded(std::string_view text) {
  constexpr int sixteen = 16;
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit_of(text[i + 1]) >= 0 && digit_of(text[i + 2]) >= 0) {
      result += static_cast<char>(digit_of(text[i + 1]) * sixteen + digit_of(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace slipway::fetch
