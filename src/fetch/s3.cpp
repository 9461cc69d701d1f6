#include "fetch/s3.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <cstdlib>
#include <ctime>
#include <sstream>

namespace slipway::fetch {

namespace {

constexpr std::string_view scheme = "s3://";
constexpr std::size_t page_bytes_max = 16UL * 1024 * 1024;
constexpr std::size_t objects_max = 100'000;
constexpr int pages_max = 1000;

std::string variable(const char* name, const char* other = nullptr) {
  const char* value = std::getenv(name);
  if ((value == nullptr || *value == '\0') && other != nullptr) value = std::getenv(other);
  return value == nullptr ? "" : value;
}

std::string domain(const std::string& region) {
  return region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
}

/// Names with dots do not fit the certificates of AWS's hosts, which take a bucket's name for one label.
Url address_of(const S3Settings& settings, const S3Place& place) {
  Url url;
  std::string path;
  if (settings.endpoint) {
    url = *settings.endpoint;
    path = url.target.substr(0, url.target.find('?'));
    while (path.ends_with('/')) path.pop_back();
    path += "/" + place.bucket;
  } else {
    url.tls = true;
    url.port = 443;
    url.host = fmt::format("s3.{}{}", settings.region, domain(settings.region));
    if (place.bucket.contains('.')) {
      path = "/" + place.bucket;
    } else {
      url.host = place.bucket + "." + url.host;
    }
  }
  url.target = path + "/" + encoded(place.key, true);
  return url;
}

Signer signer_for(const S3Settings& settings, const Url& first) {
  if (!settings.credentials) return {};
  return [credentials = *settings.credentials, region = settings.region, first, is_aws = !settings.endpoint](
             const Url& url, Headers& headers) {
    // a signature is for the service that it was made for, wherever that redirects
    const bool is_same = url.host == first.host && url.port == first.port && url.tls == first.tls;
    if (!is_same && !(is_aws && url.tls && url.host.ends_with(domain(region)))) return;
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    headers["x-amz-date"] = fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(now));
    headers["x-amz-content-sha256"] = empty_sha256;
    if (!credentials.token.empty()) headers["x-amz-security-token"] = credentials.token;
    ToSign request{.target = url.target, .headers = {}, .region = region};
    for (const auto& [name, value] : headers) {
      if (name == "host" || name.starts_with("x-amz-")) request.headers.emplace(name, value);
    }
    headers["authorization"] = authorization(credentials, request);
  };
}

/// The parser calls itself for each element in an element, and a stack has an end.
bool is_deep(std::string_view xml) {
  constexpr int levels_max = 64;
  int level = 0;
  for (std::size_t at = xml.find('<'); at != std::string_view::npos && level <= levels_max;
       at = xml.find('<', at + 1)) {
    const std::string_view tag = xml.substr(at + 1, 1);
    if (tag == "/") {
      --level;
    } else if (tag != "?" && tag != "!") {
      const std::size_t end = std::min(xml.find('>', at), xml.size());
      if (xml[end - 1] != '/') ++level;
    }
  }
  return level > levels_max;
}

core::Result<boost::property_tree::ptree> parse_xml(const std::string& text) {
  if (is_deep(text)) return core::fail(core::Code::unavailable, "the answer's XML is too deep");
  // entities of a document's own are no part of what this parser knows
  std::istringstream in(text);
  boost::property_tree::ptree tree;
  try {
    boost::property_tree::read_xml(in, tree);
  } catch (const std::exception& error) {
    return core::fail(core::Code::unavailable, fmt::format("the answer is no XML: {}", error.what()));
  }
  return tree;
}

/// "NoSuchKey: The specified key does not exist."
std::string reason_of(const Connection::Head& head, const std::string& body) {
  std::string reason;
  bool is_elsewhere = false;
  if (const auto tree = parse_xml(body)) {
    const std::string code = tree->get("Error.Code", "");
    if (!code.empty()) reason = fmt::format("{}: {}", code, tree->get("Error.Message", ""));
    is_elsewhere = code == "PermanentRedirect" && head["x-amz-bucket-region"].empty();
  }
  if (is_elsewhere) reason += " (the bucket lies in another region; AWS_REGION names it)";
  if (const std::string region = head["x-amz-bucket-region"]; !region.empty())
    reason += fmt::format("{}(the bucket lies in {}; AWS_REGION)", reason.empty() ? "" : " ", region);
  return reason;
}

core::Result<std::string> page_text(Client& client, const Question& question, const OnRetry& on_retry) {
  Retries retries(client.limits(), on_retry);
  while (true) {
    Failure failure;
    if (auto answer = client.get(question)) {
      auto body = (*answer)->body(page_bytes_max);
      if (body) return *std::move(body);
      failure = std::move(body).error();
    } else {
      failure = std::move(answer).error();
    }
    TRY_VOID(retries.after(std::move(failure)));
  }
}

Question question_for(const S3Settings& settings, const Url& url) {
  Question question{.url = url, .headers = {}, .sign = {}, .reason = reason_of};
  question.sign = signer_for(settings, url);
  return question;
}

}  // namespace

core::Result<S3Settings> S3Settings::from_environment(const std::optional<std::string>& endpoint) {
  S3Settings settings;
  Credentials keys{.key_id = variable("AWS_ACCESS_KEY_ID"),
                   .secret = variable("AWS_SECRET_ACCESS_KEY"),
                   .token = variable("AWS_SESSION_TOKEN")};
  if (keys.key_id.empty() != keys.secret.empty())
    return core::invalid("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together, and one of them is not set");
  if (!keys.key_id.empty()) settings.credentials = std::move(keys);
  if (std::string region = variable("AWS_REGION", "AWS_DEFAULT_REGION"); !region.empty())
    settings.region = std::move(region);
  const std::string address = endpoint.value_or(variable("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"));
  if (!address.empty()) {
    TRY(settings.endpoint, parse_url(address));
  }
  return settings;
}

bool is_s3(std::string_view text) { return text.starts_with(scheme); }

core::Result<S3Place> parse_s3(std::string_view text) {
  const std::string_view rest = is_s3(text) ? text.substr(scheme.size()) : std::string_view();
  const std::size_t slash = rest.find('/');
  S3Place place{.bucket = std::string(rest.substr(0, slash)), .key = {}};
  if (slash != std::string_view::npos) place.key = rest.substr(slash + 1);
  const bool is_name = !place.bucket.empty() && std::ranges::all_of(place.bucket, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
  if (!is_name)
    return core::invalid(fmt::format("{}: s3://BUCKET/KEY or s3://BUCKET/PREFIX/ expected", without_secrets(text)));
  return place;
}

core::Result<S3Page> parse_page(const std::string& xml) {
  TRY(const auto tree, parse_xml(xml));
  const auto result = tree.get_child_optional("ListBucketResult");
  if (!result) return core::fail(core::Code::unavailable, "the answer is no list of objects (ListObjectsV2)");
  S3Page page;
  for (const auto& [name, child] : *result) {
    if (name != "Contents") continue;
    page.objects.push_back({.key = child.get("Key", ""), .size = child.get<std::uint64_t>("Size", 0)});
  }
  if (result->get("IsTruncated", "") == "true") {
    page.next = result->get("NextContinuationToken", "");
    if (page.next.empty())
      return core::fail(core::Code::unavailable, "the list of objects goes on, and does not say where");
  }
  return page;
}

Question object_question(const S3Settings& settings, const S3Place& place) {
  return question_for(settings, address_of(settings, place));
}

core::Result<std::vector<S3Object>> list(Client& client, const S3Settings& settings, const S3Place& prefix,
                                         const OnRetry& on_retry) {
  const std::string name = fmt::format("s3://{}/{}", prefix.bucket, prefix.key);
  std::vector<S3Object> objects;
  std::string next;
  for (int pages = 0; pages < pages_max && objects.size() <= objects_max; ++pages) {
    Url url = address_of(settings, {.bucket = prefix.bucket, .key = ""});
    // sorted, as signatures have it
    url.target += '?';
    if (!next.empty()) url.target += fmt::format("continuation-token={}&", encoded(next, false));
    url.target += fmt::format("list-type=2&prefix={}", encoded(prefix.key, false));
    TRY(const std::string body, page_text(client, question_for(settings, url), on_retry));
    auto page = parse_page(body);
    if (!page) return std::unexpected(page.error().within(name));
    for (S3Object& object : page->objects) {
      if (!object.key.ends_with('/')) objects.push_back(std::move(object));
    }
    next = std::move(page->next);
    if (!next.empty()) continue;
    if (objects.empty())
      return core::fail(core::Code::unavailable, fmt::format("{}: there are no objects below it", name));
    return objects;
  }
  return core::fail(core::Code::unavailable,
                    fmt::format("{}: more than {} objects or {} pages of them", name, objects_max, pages_max));
}

}  // namespace slipway::fetch
