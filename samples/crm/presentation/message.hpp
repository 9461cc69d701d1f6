#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm {

/// A request as the handlers see it: no sockets, so that a test can make one.
struct Request {
  std::string method;
  std::string path;                          ///< decoded
  std::map<std::string, std::string> query;  ///< decoded; where a name is there twice, the last counts
  std::string cookie;                        ///< the header, as it came
  std::string csrf;                          ///< X-CSRF-Token
  bool over_tls = false;                     ///< X-Forwarded-Proto says that the person came by https
  bool cross_site = false;                   ///< the browser says that another site's page sends it
  std::string from;                          ///< the address of the caller
  std::string body;

  bool reads_only() const { return method == "GET" || method == "HEAD"; }

  std::string parameter(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
  }
  /// The value of the cookie of the session; empty where there is none.
  std::string session_cookie() const;
};

struct Response {
  unsigned status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

inline constexpr std::string_view session_cookie_name = "crm_session";

/// "/a%20b?q=x+y" into path and query; false where the escapes are broken or what they stand for is not UTF-8.
bool read_target(std::string_view target, Request& request);

/// What the headers Sec-Fetch-Site, Origin and Host say of where the call comes from. Older browsers send no
/// Sec-Fetch-Site, and programs neither of the two.
bool from_another_site(std::string_view fetch_site, std::string_view origin, std::string_view host);

}  // namespace crm
