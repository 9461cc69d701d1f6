#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "fetch/client.hpp"
#include "fetch/retries.hpp"
#include "fetch/sigv4.hpp"
#include "fetch/url.hpp"

namespace slipway::fetch {

/// Where a bucket is, and who asks.
struct S3Settings {
  std::optional<Credentials> credentials;  ///< nothing: requests are not signed
  std::string region = "us-east-1";
  std::optional<Url> endpoint;  ///< of another service than AWS's; buckets are parts of its path

  /// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION (or AWS_DEFAULT_REGION),
  /// AWS_ENDPOINT_URL_S3 (or AWS_ENDPOINT_URL). An `endpoint` that is given comes before those.
  static core::Result<S3Settings> from_environment(const std::optional<std::string>& endpoint);
};

/// "s3://bucket/key"; a key that is empty or ends with '/' is a prefix, below which all objects are meant.
struct S3Place {
  std::string bucket;
  std::string key;

  bool is_prefix() const { return key.empty() || key.ends_with('/'); }
};

bool is_s3(std::string_view text);
core::Result<S3Place> parse_s3(std::string_view text);

struct S3Object {
  std::string key;
  std::uint64_t size = 0;
};

struct S3Page {
  std::vector<S3Object> objects;
  std::string next;  ///< asks for the page that follows; empty on the last one
};

/// An answer to ListObjectsV2. An error where it is none.
core::Result<S3Page> parse_page(const std::string& xml);

/// How to ask for an object. Signed where there are credentials, at each hop of AWS's own servers anew.
Question object_question(const S3Settings& settings, const S3Place& place);

/// The objects below a prefix, but for those that stand for folders. An error where there are none, or more than a
/// model can be.
core::Result<std::vector<S3Object>> list(Client& client, const S3Settings& settings, const S3Place& prefix,
                                         const OnRetry& on_retry);

}  // namespace slipway::fetch
