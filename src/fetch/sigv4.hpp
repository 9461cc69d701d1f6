#pragma once

#include <map>
#include <string>
#include <string_view>

namespace slipway::fetch {

struct Credentials {
  std::string key_id;
  std::string secret;
  std::string token;  ///< of a session; empty where the key is a lasting one
};

/// What AWS Signature Version 4 is made of, for a request without a body
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
struct ToSign {
  std::string_view method = "GET";
  std::string_view target;  ///< path and query, encoded as fetch::encoded does it
  std::map<std::string, std::string>
      headers;  ///< names in small letters; host, x-amz-date and x-amz-content-sha256 are among them
  std::string_view region;
  std::string_view service = "s3";
};

/// The SHA-256 of nothing, which x-amz-content-sha256 has for a request without a body.
inline constexpr std::string_view empty_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The Authorization header. Empty when OpenSSL cannot compute it.
std::string authorization(const Credentials& credentials, const ToSign& request);

}  // namespace slipway::fetch
