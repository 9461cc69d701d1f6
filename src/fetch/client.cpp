#include "fetch/client.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <filesystem>

namespace slipway::fetch {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr int redirects_max = 10;
constexpr std::size_t reason_bytes_max = 64UL * 1024;

bool is_redirect(unsigned status) {
  constexpr std::array<unsigned, 5> all{301, 302, 303, 307, 308};
  return std::ranges::find(all, status) != all.end();
}

/// Whether the same question may be answered another time.
bool may_pass(unsigned status) {
  constexpr unsigned request_timeout = 408;
  constexpr unsigned too_early = 425;
  constexpr unsigned too_many = 429;
  constexpr unsigned not_implemented = 501;
  constexpr unsigned no_such_version = 505;
  constexpr unsigned server_errors = 500;
  if (status == request_timeout || status == too_early || status == too_many) return true;
  return status >= server_errors && status != not_implemented && status != no_such_version;
}

Failure refused(Answer& answer, const Reason& reason) {
  const unsigned status = answer.status();
  std::string message = fmt::format("{}: {} {}", answer.url().text(), status,
                                    std::string(http::obsolete_reason(static_cast<http::status>(status))));
  if (reason) {
    const auto body = answer.body(reason_bytes_max);
    if (const std::string said = reason(answer.connection().head(), body.value_or("")); !said.empty())
      message += ": " + said;
  }
  return {.error = {core::Code::unavailable, std::move(message)},
          .again = may_pass(status),
          .status = status,
          .after = retry_after(answer.header("Retry-After"), std::chrono::system_clock::now())};
}

}  // namespace

std::optional<std::chrono::seconds> retry_after(const std::string& header, std::chrono::system_clock::time_point now) {
  if (header.empty()) return std::nullopt;
  constexpr std::int64_t week = std::chrono::seconds(std::chrono::weeks(1)).count();
  std::int64_t seconds = 0;
  const auto [end, failure] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (failure == std::errc() && end == header.data() + header.size())
    return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, week));
  std::tm date{};
  const char* rest = strptime(header.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  seconds = timegm(&date) - std::chrono::system_clock::to_time_t(now);
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, week));
}

std::string Answer::header(std::string_view name) const {
  return connection_.head()[boost::beast::string_view(name.data(), name.size())];
}

Tried<std::string> Answer::body(std::size_t bytes_max) {
  constexpr std::size_t piece = 64UL * 1024;
  std::string text;
  std::vector<char> buffer(piece);
  while (text.size() < bytes_max) {
    TRY(const std::size_t got, connection_.read(buffer));
    if (got == 0) break;
    text.append(buffer.data(), std::min(got, bytes_max - text.size()));
  }
  return text;
}

Tried<asio::ssl::context*> Client::tls() {
  if (tls_) return &*tls_;
  try {
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    context.set_default_verify_paths();  // which heeds SSL_CERT_FILE and SSL_CERT_DIR
    // where OpenSSL's own folder has none: images have this one file
    const char* file = std::getenv("SSL_CERT_FILE");
    if (file == nullptr || *file == '\0') {
      for (const char* bundle : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"}) {
        if (std::error_code failure; std::filesystem::exists(bundle, failure)) {
          context.load_verify_file(bundle);
          break;
        }
      }
    } else if (std::error_code failure; !std::filesystem::exists(file, failure)) {
      return for_good(fmt::format("SSL_CERT_FILE={}: there is no such file", file));
    }
    tls_.emplace(std::move(context));
    return &*tls_;
  } catch (const std::exception& error) {
    return for_good(fmt::format("certificates cannot be read: {}", error.what()));
  }
}

Tried<std::unique_ptr<Answer>> Client::get_once(const Url& url, const Question& question) {
  asio::ssl::context* context = nullptr;
  if (url.tls) {
    TRY(context, tls());
  }
  Headers headers = question.headers;
  headers["host"] = url.host_header();
  if (question.sign) question.sign(url, headers);
  try {
    auto answer = std::make_unique<Answer>(url, context, limits_);
    Connection::Request request(http::verb::get, answer->url().target, 11);
    request.set(http::field::user_agent, "slipway/" SLIPWAY_VERSION);
    request.set(http::field::accept_encoding, "identity");
    request.set(http::field::connection, "close");
    for (const auto& [name, value] : headers) request.set(name, value);
    TRY_VOID(answer->connection().connect());
    TRY_VOID(answer->connection().exchange(request));
    return answer;
  } catch (const std::exception& error) {
    return for_good(fmt::format("{}: {}", url.text(), error.what()));
  }
}

Tried<std::unique_ptr<Answer>> Client::get(const Question& question) {
  Url url = question.url;
  for (int redirects = 0;; ++redirects) {
    TRY(std::unique_ptr<Answer> answer, get_once(url, question));
    if (http::to_status_class(answer->status()) == http::status_class::successful) return answer;
    const std::string location = answer->header("Location");
    if (!is_redirect(answer->status()) || location.empty()) return std::unexpected(refused(*answer, question.reason));
    if (redirects == redirects_max)
      return for_good(fmt::format("{}: redirected more than {} times", question.url.text(), redirects_max));
    auto next = redirected(url, location);
    if (!next) return for_good(next.error().message());
    url = *std::move(next);
  }
}

}  // namespace slipway::fetch
