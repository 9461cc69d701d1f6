#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"

namespace slipway::config {

/// Whether only this machine reaches a server that listens on `host`: 127.…, ::1 or localhost.
bool is_loopback(std::string_view host);

/// What the servers are told; every field has the default that is used when nobody says otherwise.
struct ServerSpec {
  std::string host = "127.0.0.1";
  std::uint16_t http_port = 8000;                    ///< 0: any free port
  std::optional<std::uint16_t> metrics_port = 8002;  ///< nothing: metrics on the HTTP port alone
  std::optional<std::uint16_t> grpc_port = 8001;     ///< 0: any free port; nothing: no gRPC
  std::uint32_t http_threads = 0;                    ///< 0: one a core
  std::uint64_t max_request_bytes = 256ULL << 20U;
  std::uint32_t max_header_bytes = 64U << 10U;
  std::chrono::milliseconds read_timeout{30'000};  ///< for one header or one body to arrive
  std::chrono::milliseconds idle_timeout{75'000};  ///< between requests of one connection
  std::chrono::milliseconds write_timeout{30'000};
  std::chrono::milliseconds finish_timeout{20'000};  ///< at the end, for what was accepted to be answered
  bool grpc_port_asked = false;                      ///< somebody said which; else one that is taken is only noted
  std::optional<bool> model_control;                 ///< requests load and unload models; nothing: on loopback alone
  std::size_t response_cache_bytes = 64U << 20U;     ///< of all models that ask for the cache
  std::string server_name = "slipway";               ///< in the server's metadata; some clients insist on "triton"
  std::optional<std::string> cors_origin;            ///< "*", or one origin; nothing: no CORS headers
  std::optional<bool> shared_memory;                 ///< clients may register; nothing: where `host` is the loopback

  std::optional<std::filesystem::path> trace_dir;  ///< where files of traces go; nothing: no traces

  bool allows_model_control() const { return model_control.value_or(is_loopback(host)); }
  bool allows_shared_memory() const { return shared_memory.value_or(is_loopback(host)); }
};

/// One model an app serves: where it is, and what is said of it.
struct AppModel {
  std::filesystem::path path;  ///< absolute: a file, a version folder's parent, or a repository
  ModelSpec spec;
};

/// An app file: which services one process runs.
///
///   server:
///     host: 0.0.0.0
///     http_port: 8000
///   models:
///     - path: models/magika
///     - path: models/digits.onnx
///       name: digits
///       instances: 2
struct AppSpec {
  ServerSpec server;
  std::vector<AppModel> models;
};

/// Whether an origin may stand in a header: visible letters alone.
bool is_header_value(std::string_view text);

/// Reads an app file; paths in it are relative to it. Errors as load_model_yaml.
core::Result<AppSpec> load_app_yaml(const std::filesystem::path& file);

}  // namespace slipway::config
