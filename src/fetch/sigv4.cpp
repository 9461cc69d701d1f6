#include "fetch/sigv4.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <vector>

#include "models/model_hash.hpp"

namespace slipway::fetch {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t day_letters = 8;  // of "20130524T000000Z"

std::string hmac(std::string_view key, std::string_view text) {
  std::string result(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  auto* to = reinterpret_cast<unsigned char*>(result.data());
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(), to, &size) == nullptr) return {};
  result.resize(size);
  return result;
}

/// The parts of a query in the order of their bytes, each with its '='.
std::string sorted_query(std::string_view query) {
  std::vector<std::string> parts;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    std::string part(query.substr(0, end));
    if (part.find('=') == std::string::npos) part += '=';
    parts.push_back(std::move(part));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  std::ranges::sort(parts);
  return fmt::format("{}", fmt::join(parts, "&"));
}

}  // namespace

std::string authorization(const Credentials& credentials, const ToSign& request) {
  const std::size_t mark = std::min(request.target.find('?'), request.target.size());
  const std::string_view path = request.target.substr(0, mark);
  const std::string query = sorted_query(request.target.substr(std::min(mark + 1, request.target.size())));
  std::string headers;
  std::string names;
  for (const auto& [name, value] : request.headers) {
    headers += fmt::format("{}:{}\n", name, value);
    names += names.empty() ? name : ";" + name;
  }
  const std::string& time = request.headers.at("x-amz-date");
  const std::string& body = request.headers.at("x-amz-content-sha256");
  const std::string canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, path, query, headers, names, body);
  const std::string day = time.substr(0, day_letters);
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", day, request.region, request.service);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", algorithm, time, scope, models::text_hash(canonical).value_or(""));
  const std::string day_key = hmac("AWS4" + credentials.secret, day);
  const std::string key = hmac(hmac(hmac(day_key, request.region), request.service), "aws4_request");
  std::string signature;
  for (const char c : hmac(key, to_sign)) signature += fmt::format("{:02x}", static_cast<unsigned char>(c));
  if (signature.empty()) return {};
  return fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", algorithm, credentials.key_id, scope, names,
                     signature);
}

}  // namespace slipway::fetch
