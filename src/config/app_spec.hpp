#pragma once

#include <array>
#include <chrono>
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

/// The keys of an app file's `server`.
inline constexpr std::array<std::string_view, 19> server_keys{"host",
                                                              "http_port",
                                                              "metrics_port",
                                                              "grpc_port",
                                                              "http_threads",
                                                              "max_request_bytes",
                                                              "max_header_bytes",
                                                              "read_timeout_ms",
                                                              "idle_timeout_ms",
                                                              "write_timeout_ms",
                                                              "drain_delay_ms",
                                                              "drain_timeout_ms",
                                                              "cors_origin",
                                                              "model_control",
                                                              "response_cache_bytes",
                                                              "server_name",
                                                              "shared_memory",
                                                              "trace_dir",
                                                              "watch"};

/// What the servers are told; every field has the default that is used when nobody says otherwise.
struct ServerSpec {
  std::string host = "127.0.0.1";
  std::uint16_t http_port = 8000;                    ///< 0: any free port
  std::optional<std::uint16_t> metrics_port = 8002;  ///< nothing: metrics on the HTTP port alone
  std::optional<std::uint16_t> grpc_port = 8001;     ///< 0: any free port; nothing: no gRPC
  std::uint32_t http_threads = 0;                    ///< 0: one a core
  std::uint64_t max_request_bytes = 256ULL << 20U;
  std::uint32_t max_header_bytes = 64U << 10U;
  std::chrono::milliseconds read_timeout{30'000};  ///< for one header, body or gRPC message to arrive
  std::chrono::milliseconds idle_timeout{75'000};  ///< between requests of one connection
  std::chrono::milliseconds write_timeout{30'000};
  std::chrono::milliseconds drain_delay{0};         ///< after SIGTERM: not ready, and still answering
  std::chrono::milliseconds drain_timeout{20'000};  ///< from then on, for what was accepted to be answered
  bool watch = false;                               ///< what changes on disk is loaded, and what goes is unloaded
  bool grpc_port_asked = false;                     ///< somebody said which; else one that is taken is only noted
  std::optional<bool> model_control;                ///< requests load and unload models; nothing: on loopback alone
  std::size_t response_cache_bytes = 64U << 20U;    ///< of all models that ask for the cache
  std::string server_name = "slipway";              ///< in the server's metadata; some clients insist on "triton"
  std::optional<std::string> cors_origin;           ///< "*", or one origin; nothing: no CORS headers
  std::optional<bool> shared_memory;                ///< clients may register; nothing: where `host` is the loopback

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

/// Whether it is what a browser's Origin header has, scheme://host or scheme://host:port, or * for any.
bool is_origin(std::string_view text);
constexpr std::string_view expected_origin =
    "an origin expected, as https://example.org or http://localhost:3000, or *";

/// Reads an app file; paths in it are relative to it. Errors as load_model_yaml.
core::Result<AppSpec> load_app_yaml(const std::filesystem::path& file);

}  // namespace slipway::config
