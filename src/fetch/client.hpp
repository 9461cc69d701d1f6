#pragma once

#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "fetch/connection.hpp"
#include "fetch/failure.hpp"
#include "fetch/limits.hpp"
#include "fetch/url.hpp"

namespace slipway::fetch {

using Headers = std::map<std::string, std::string>;
/// Adds what a request to this address needs beyond what was asked for: a signature.
using Signer = std::function<void(const Url&, Headers&)>;
/// What a server says of a failure in the body of its answer, in a sentence; empty where it says nothing.
using Reason = std::function<std::string(const Connection::Head& head, const std::string& body)>;

/// What is asked of a server.
struct Question {
  Url url;
  Headers headers = {};
  Signer sign = {};
  Reason reason = {};
};

/// An answer whose body is still to be read.
class Answer {
 public:
  Answer(Url url, boost::asio::ssl::context* tls, const Limits& limits)
      : url_(std::move(url)), connection_(url_, tls, limits) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  Connection& connection() { return connection_; }
  const Url& url() const { return url_; }
  unsigned status() const { return connection_.head().result_int(); }
  std::string header(std::string_view name) const;
  /// All of the body, or its first `bytes_max`.
  Tried<std::string> body(std::size_t bytes_max);

 private:
  Url url_;
  Connection connection_;
};

/// Asks with GET, follows redirects (ten at most), and takes answers of 2xx for good ones. Certificates are checked
/// against the system's, or those in SSL_CERT_FILE and SSL_CERT_DIR. One thread.
class Client {
 public:
  explicit Client(Limits limits) : limits_(std::move(limits)) {}

  Tried<std::unique_ptr<Answer>> get(const Question& question);
  const Limits& limits() const { return limits_; }

 private:
  Tried<std::unique_ptr<Answer>> get_once(const Url& url, const Question& question);
  Tried<boost::asio::ssl::context*> tls();

  Limits limits_;
  std::optional<boost::asio::ssl::context> tls_;
};

/// How long a Retry-After header asks to wait: a number of seconds, or a date (RFC 9110, 5.6.7) seen from `now`.
std::optional<std::chrono::seconds> retry_after(const std::string& header, std::chrono::system_clock::time_point now);

}  // namespace slipway::fetch
