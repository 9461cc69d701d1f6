#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::fetch {

/// An http:// or https:// address in its parts. A value.
struct Url {
  bool tls = false;
  std::string host;  ///< without brackets where it is an IPv6 address
  std::uint16_t port = 80;
  std::string target = "/";  ///< path and query, percent-encoded, as they are sent

  /// As a Host header has it: the port only where it is not the usual one.
  std::string host_header() const;
  /// For people: without the query, which may hold somebody's signature.
  std::string text() const;
};

/// What was given for an address, as a message may have it: without a user's name and password, query and fragment,
/// also where it is no address and only looks as if it had them.
std::string without_secrets(std::string_view text);

/// invalid_argument says what is wrong. A user's name or password in it is refused.
core::Result<Url> parse_url(std::string_view text);

/// What a Location header leads to. From https it leads to https alone.
core::Result<Url> redirected(const Url& from, std::string_view location);

/// The last segment of the path, decoded: "my model.onnx" of "/a/my%20model.onnx?x=1". invalid_argument where there is
/// none, or none that can be a file's name.
core::Result<std::string> file_name(const Url& url);

/// Percent-encoded but for letters, digits, "-_.~", and '/' where it is kept: as AWS signs paths and queries.
std::string encoded(std::string_view text, bool keep_slash);
/// The reverse. What is no encoding is left as it is.
std::string decoded(std::string_view text);

}  // namespace slipway::fetch
