#include "config/app_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

#include "config/model_yaml.hpp"
#include "config/yaml_reader.hpp"

namespace slipway::config {

namespace {

constexpr std::array<std::string_view, 2> app_keys{"server", "models"};
/// An entry of `models`: those of a model.yaml, and where the model is.
constexpr std::array<std::string_view, model_keys.size() + 1> entry_keys = [] {
  std::array<std::string_view, model_keys.size() + 1> keys{"path"};
  std::ranges::copy(model_keys, keys.begin() + 1);
  return keys;
}();

/// A port that may also be "none"; `usual` where the key is not given.
core::Result<std::optional<std::uint16_t>> read_port(const YamlMap& map, const char* key,
                                                     std::optional<std::uint16_t> usual) {
  if (!map.has(key)) return usual;
  if (map.node(key).IsScalar() && map.node(key).Scalar() == "none") return std::nullopt;
  const auto port = map.integer(key, 0, 65535);
  if (!port || !*port) return map.wrong(key, "an integer from 0 to 65535, or none, expected");
  return static_cast<std::uint16_t>(**port);
}

/// A path that is relative to the file that names it. Links are kept: things are called what the user calls them.
std::filesystem::path beside(const std::filesystem::path& file, const std::string& path) {
  std::error_code failure;
  return (std::filesystem::absolute(file, failure).parent_path() / path).lexically_normal();
}

core::Result<ServerSpec> read_server(const std::filesystem::path& file, const YAML::Node& node) {
  TRY(const YamlMap map, YamlMap::open(file, node, "server", server_keys));
  constexpr std::int64_t day_ms = 86'400'000;
  ServerSpec spec;
  TRY(const auto host, map.string("host"));
  TRY(const auto http_port, map.integer("http_port", 0, 65535));
  TRY(const auto threads, map.integer("http_threads", 0, 1024));
  TRY(const auto request_bytes, map.integer("max_request_bytes", 1, std::numeric_limits<std::int64_t>::max()));
  TRY(const auto header_bytes, map.integer("max_header_bytes", 256, 1 << 26));
  TRY(const auto read, map.integer("read_timeout_ms", 1, day_ms));
  TRY(const auto idle, map.integer("idle_timeout_ms", 1, day_ms));
  TRY(const auto write, map.integer("write_timeout_ms", 1, day_ms));
  TRY(const auto drain_delay, map.integer("drain_delay_ms", 0, day_ms));
  TRY(const auto drain, map.integer("drain_timeout_ms", 1, day_ms));
  TRY(const auto watch, map.boolean("watch"));
  spec.watch = watch.value_or(false);
  constexpr std::int64_t tebibyte = std::int64_t{1} << 40U;
  TRY(const auto cache_bytes, map.integer("response_cache_bytes", 0, tebibyte));
  if (cache_bytes) spec.response_cache_bytes = static_cast<std::size_t>(*cache_bytes);
  TRY(const auto server_name, map.string("server_name"));
  if (server_name) spec.server_name = *server_name;
  TRY(spec.model_control, map.boolean("model_control"));
  TRY(spec.cors_origin, map.string("cors_origin"));
  TRY(spec.shared_memory, map.boolean("shared_memory"));
  TRY(const auto trace_dir, map.string("trace_dir"));
  if (trace_dir) spec.trace_dir = beside(file, *trace_dir);
  if (host && host->empty()) return map.wrong("host", "an address to listen on expected, as 127.0.0.1 or 0.0.0.0");
  if (host) spec.host = *host;
  if (http_port) spec.http_port = static_cast<std::uint16_t>(*http_port);
  if (threads) spec.http_threads = static_cast<std::uint32_t>(*threads);
  if (request_bytes) spec.max_request_bytes = static_cast<std::uint64_t>(*request_bytes);
  if (header_bytes) spec.max_header_bytes = static_cast<std::uint32_t>(*header_bytes);
  if (read) spec.read_timeout = std::chrono::milliseconds(*read);
  if (idle) spec.idle_timeout = std::chrono::milliseconds(*idle);
  if (write) spec.write_timeout = std::chrono::milliseconds(*write);
  if (drain_delay) spec.drain_delay = std::chrono::milliseconds(*drain_delay);
  if (drain) spec.drain_timeout = std::chrono::milliseconds(*drain);
  spec.grpc_port_asked = map.has("grpc_port");
  if (spec.cors_origin && !is_origin(*spec.cors_origin)) return map.wrong("cors_origin", expected_origin);
  TRY(spec.metrics_port, read_port(map, "metrics_port", spec.metrics_port));
  TRY(spec.grpc_port, read_port(map, "grpc_port", spec.grpc_port));
  return spec;
}

core::Result<AppModel> read_app_model(const std::filesystem::path& file, const YAML::Node& node) {
  TRY(const YamlMap map, YamlMap::open(file, node, "models", entry_keys));
  TRY(const auto path, map.string("path"));
  if (!path || path->empty()) return map.wrong("path", "is missing: it says where the model is, relative to this file");
  AppModel model;
  model.path = beside(file, *path);
  TRY(model.spec, read_model(map));
  return model;
}

}  // namespace

bool is_loopback(std::string_view host) {
  const bool in_127 = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
  return in_127 || host == "::1" || host == "localhost";
}

bool is_origin(std::string_view text) {
  if (text == "*") return true;
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) return false;
  const bool has_scheme = std::ranges::all_of(text.substr(0, colon),
                                              [&](char c) { return is_letter(c) || c == '+' || c == '-' || c == '.'; });
  std::string_view host = text.substr(colon + 3);
  const std::size_t end = host.rfind(':');
  if (end != std::string_view::npos && !host.ends_with(']')) {
    const std::string_view port = host.substr(end + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos) return false;
    host = host.substr(0, end);
  }
  const bool is_address = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (is_address) host = host.substr(1, host.size() - 2);
  return has_scheme && !host.empty() && std::ranges::all_of(host, [&](char c) {
           return is_letter(c) || c == '-' || c == '.' || c == '_' || (is_address && c == ':');
         });
}

core::Result<AppSpec> load_app_yaml(const std::filesystem::path& file) {
  TRY(const YAML::Node root, read_yaml(file));
  TRY(const YamlMap map, YamlMap::open(file, root, "app", app_keys));
  AppSpec app;
  if (map.has("server")) {
    TRY(app.server, read_server(file, map.node("server")));
  }
  if (!map.has("models")) return app;
  if (!map.node("models").IsSequence()) return map.wrong("models", "a list of entries with a path expected");
  for (const auto& entry : map.node("models")) {
    TRY(AppModel model, read_app_model(file, entry));
    app.models.push_back(std::move(model));
  }
  return app;
}

}  // namespace slipway::config
