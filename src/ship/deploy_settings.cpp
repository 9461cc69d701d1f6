#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ranges>
#include <string_view>

#include "ship/deploy_parts.hpp"
#include "ship/names.hpp"
#include "ship/yaml_text.hpp"

namespace slipway::ship {

namespace {

/// Whether an address has a query with something that opens what it names, as one that is presigned has.
bool has_secret(const std::string& url) {
  const std::size_t question = url.find('?');
  if (url.starts_with("s3://") || question == std::string::npos) return false;
  constexpr std::array endings{"signature", "sig", "token", "key", "password", "secret", "credential"};
  std::string query = url.substr(question + 1);
  std::ranges::transform(query, query.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(std::views::split(query, '&'), [&](const auto& part) {
    const std::string_view pair(part.begin(), part.end());
    const std::string_view key = pair.substr(0, pair.find('='));
    return std::ranges::any_of(endings, [&](std::string_view ending) { return key.ends_with(ending); });
  });
}

/// Those that KServe's storage initializer knows, beside volumes.
constexpr std::array<std::string_view, 9> storage_schemes{"s3://",      "gs://", "https://", "http://", "hdfs://",
                                                          "webhdfs://", "hf://", "oci://",   "file://"};

bool is_storage_uri(std::string_view uri) {
  const auto is_of = [uri](std::string_view scheme) { return uri.starts_with(scheme) && uri.size() > scheme.size(); };
  return (is_of("pvc://") || std::ranges::any_of(storage_schemes, is_of)) &&
         std::ranges::all_of(uri, [](unsigned char c) {
           return c > ' ' && c < 0x7f && !std::string_view("\"'\\<>^`{|}").contains(static_cast<char>(c));
         });
}

}  // namespace

core::Result<void> set_variables(const DeployOptions& options, DeployPlan& plan) {
  std::vector<std::string> seen;
  const auto take_name = [&](const char* option, const std::string& given) -> core::Result<std::string> {
    const std::size_t equals = given.find('=');
    if (equals == std::string::npos) return core::invalid(fmt::format("{} {}: NAME=… expected", option, given));
    TRY(std::string name, checked_variable(option, given.substr(0, equals)));
    if (std::ranges::find(seen, name) != seen.end())
      return core::invalid(fmt::format("{} {}: the variable is set twice", option, name));
    if (name == "SLIPWAY_DRAIN_DELAY" || name == "SLIPWAY_DRAIN_TIMEOUT")
      return core::invalid(
          fmt::format("{} {}: --drain-delay and --drain-timeout say it, and the grace with it", option, name));
    if (name == "SLIPWAY_HTTP_PORT" || name == "SLIPWAY_GRPC_PORT" || name == "SLIPWAY_METRICS_PORT")
      return core::invalid(
          fmt::format("{} {}: an app file says the ports, and what is written here has the same", option, name));
    seen.push_back(name);
    return name;
  };
  for (const std::string& given : options.variables) {
    TRY(const std::string name, take_name("--env", given));
    const std::string value = given.substr(name.size() + 1);
    if (!is_plain_text(value)) return core::invalid(fmt::format("--env {}: a value of one line expected", name));
    plan.variables.emplace_back(name, value);
  }
  for (const std::string& given : options.secret_variables) {
    TRY(const std::string name, take_name("--secret-env", given));
    const std::string reference = given.substr(name.size() + 1);
    const std::size_t slash = reference.find('/');
    if (slash == std::string::npos)
      return core::invalid(fmt::format("--secret-env {}: NAME=SECRET/KEY expected", given));
    TRY(const std::string secret, checked_subdomain("--secret-env, the secret", reference.substr(0, slash)));
    const std::string key = reference.substr(slash + 1);
    const bool is_key =
        !key.empty() && key.size() <= 253 && key != "." && key != ".." && std::ranges::all_of(key, [](unsigned char c) {
          return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
        });
    if (!is_key)
      return core::invalid(fmt::format("--secret-env, the key \"{}\": letters, digits, -, _ and . expected", key));
    plan.secret_variables.push_back({name, secret, key});
  }
  return {};
}

core::Result<void> set_models(const DeployOptions& options, DeployPlan& plan) {
  plan.storage_uri = options.storage_uri.value_or("");
  if (options.storage_uri && !is_storage_uri(plan.storage_uri))
    return core::invalid(fmt::format("--storage-uri \"{}\": what KServe takes expected: pvc://CLAIM/PATH, or {}…",
                                     Scalar::comment(plan.storage_uri).yaml(), fmt::join(storage_schemes, "…, ")));
  if (options.model_volume && !options.model_urls.empty())
    return core::invalid("--model-volume with --model-url: the models come from one place");
  if ((options.model_volume || options.storage_uri || !options.model_urls.empty()) && plan.subject.is_app)
    return core::invalid(fmt::format(
        "{}: an app file's models come with its image; models from elsewhere are for a model or a repository",
        plan.subject.file_name));
  if (options.model_volume) {
    TRY(plan.model_volume, checked_subdomain("--model-volume", *options.model_volume));
  }
  if (options.model_urls.size() != options.model_sha256s.size())
    return core::invalid(fmt::format("{} --model-url and {} --model-sha256: one hash for each address expected",
                                     options.model_urls.size(), options.model_sha256s.size()));
  if (options.model_urls.empty() && options.model_secret) return core::invalid("--model-secret: is for --model-url");
  if (options.model_urls.empty() && options.model_endpoint)
    return core::invalid("--model-endpoint: is for --model-url");
  for (std::size_t i = 0; i < options.model_urls.size(); ++i) {
    const std::string& url = options.model_urls[i];
    const std::string& sha256 = options.model_sha256s[i];
    const std::size_t host = url.find("://");
    const bool is_known = url.starts_with("https://") || url.starts_with("http://") || url.starts_with("s3://");
    if (!is_known || url.size() == host + 3 || !is_plain_text(url) || url.contains(' '))
      return core::invalid(fmt::format("--model-url \"{}\": https://…, http://… or s3://… expected", url));
    if (url.ends_with('/') || url.find('/', host + 3) == std::string::npos)
      return core::invalid(fmt::format("--model-url \"{}\": a file or an archive expected, of which the hash is", url));
    if (url.substr(0, url.find('/', host + 3)).contains('@'))
      return core::invalid(
          "--model-url: a password in an address would be read by all; name a Secret with --model-secret");
    const bool is_hash = sha256.size() == 64 && std::ranges::all_of(sha256, [](unsigned char c) {
                           return std::isdigit(c) != 0 || (c >= 'a' && c <= 'f');
                         });
    if (!is_hash) return core::invalid(fmt::format("--model-sha256 \"{}\": 64 digits of 0-9a-f expected", sha256));
    if (has_secret(url))
      plan.notes.push_back(fmt::format(
          "--model-url {}?…: what follows looks like a signature or a token, and stands in the manifest for all to "
          "read; of an s3:// address --model-secret keeps it out",
          url.substr(0, url.find('?'))));
    plan.fetched.push_back({url, sha256});
  }
  if (options.model_secret) {
    TRY(plan.model_secret, checked_subdomain("--model-secret", *options.model_secret));
  }
  plan.model_endpoint = options.model_endpoint.value_or("");
  if (options.model_endpoint && !plan.model_endpoint.starts_with("http://") &&
      !plan.model_endpoint.starts_with("https://"))
    return core::invalid(fmt::format("--model-endpoint \"{}\": https://… or http://… expected", plan.model_endpoint));
  if (!is_plain_text(plan.model_endpoint)) return core::invalid("--model-endpoint: an address of one line expected");
  return {};
}

}  // namespace slipway::ship
