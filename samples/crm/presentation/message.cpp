#include "presentation/message.hpp"

#include <algorithm>
#include <cstddef>

#include "business/text.hpp"

namespace crm {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_blank) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += plus_is_blank && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
    result += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  if (!is_utf8(result)) return std::nullopt;
  return result;
}

}  // namespace

bool read_target(std::string_view target, Request& request) {
  const auto mark = target.find('?');
  const auto path = decoded(target.substr(0, mark), false);
  if (!path || !path->starts_with('/') || path->find('\0') != std::string::npos) return false;
  request.path = *path;
  auto rest = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const auto pair = rest.substr(0, end);
    const auto equal = pair.find('=');
    const auto name = decoded(pair.substr(0, equal), true);
    const auto value = decoded(equal == std::string_view::npos ? "" : pair.substr(equal + 1), true);
    if (!name || !value) return false;
    if (!pair.empty()) request.query[*name] = *value;
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return true;
}

bool from_another_site(std::string_view fetch_site, std::string_view origin, std::string_view host) {
  if (!fetch_site.empty()) return fetch_site != "same-origin" && fetch_site != "none";
  if (origin.empty()) return false;
  const auto scheme = origin.find("://");  // "null" has none: a page that hides where it is from
  return scheme == std::string_view::npos || origin.substr(scheme + 3) != host;
}

std::string Request::session_cookie() const {
  std::string_view rest = cookie;
  while (!rest.empty()) {
    const auto end = rest.find(';');
    auto pair = rest.substr(0, end);
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    const auto equal = pair.find('=');
    if (equal != std::string_view::npos && pair.substr(0, equal) == session_cookie_name) {
      return std::string(pair.substr(equal + 1));
    }
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return {};
}

}  // namespace crm
