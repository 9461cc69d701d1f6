#include "config/app_yaml_text.hpp"

#include <yaml-cpp/yaml.h>

#include <optional>

#include "config/model_yaml_text.hpp"
#include "config/yaml_put.hpp"

namespace slipway::config {

namespace {

void put_port(YAML::Emitter& out, const char* key, std::optional<std::uint16_t> port) {
  if (port) {
    put(out, key, *port);
  } else {
    put(out, key, "none");
  }
}

void put_server(YAML::Emitter& out, const ServerSpec& server) {
  put(out, "host", server.host);
  put(out, "http_port", server.http_port);
  put_port(out, "metrics_port", server.metrics_port);
  put(out, "http_threads", server.http_threads);
  put(out, "max_request_bytes", server.max_request_bytes);
  put(out, "max_header_bytes", server.max_header_bytes);
  put(out, "read_timeout_ms", server.read_timeout.count());
  put(out, "idle_timeout_ms", server.idle_timeout.count());
  put(out, "write_timeout_ms", server.write_timeout.count());
  put(out, "drain_delay_ms", server.drain_delay.count());
  put(out, "drain_timeout_ms", server.drain_timeout.count());
  put(out, "watch", server.watch);
  put(out, "response_cache_bytes", server.response_cache_bytes);
  put(out, "server_name", server.server_name);
  if (server.cors_origin) put(out, "cors_origin", *server.cors_origin);
  if (server.trace_dir) put(out, "trace_dir", server.trace_dir->string());
}

/// What nobody said and follows from the rest, so that it follows again where that is changed.
void comment(YAML::Emitter& out, const char* key, const std::string& value, const char* why) {
  out << YAML::Newline << YAML::Comment(std::string(key) + ": " + value + "  (" + why + ")");
}

std::string text_of(const YAML::Emitter& out) { return {out.c_str(), out.size()}; }

std::string in_a_line(const YAML::Emitter& out) {
  std::string line = text_of(out);
  std::erase(line, '\n');
  return line;
}

}  // namespace

std::string app_yaml(const AppSpec& app) {
  const ServerSpec& server = app.server;
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "server" << YAML::Value << YAML::BeginMap;
  put_server(out, server);
  if (server.grpc_port_asked) put_port(out, "grpc_port", server.grpc_port);
  if (server.model_control) put(out, "model_control", *server.model_control);
  if (server.shared_memory) put(out, "shared_memory", *server.shared_memory);
  if (!server.grpc_port_asked) comment(out, "grpc_port", std::to_string(*server.grpc_port), "none where it is taken");
  const char* by_host = "true where only this machine reaches the host";
  if (!server.model_control) comment(out, "model_control", server.allows_model_control() ? "true" : "false", by_host);
  if (!server.shared_memory) comment(out, "shared_memory", server.allows_shared_memory() ? "true" : "false", by_host);
  out << YAML::EndMap;
  out << YAML::Key << "models" << YAML::Value << YAML::BeginSeq;
  for (const AppModel& model : app.models) {
    out << YAML::BeginMap;
    put(out, "path", model.path.string());
    put_model(out, model.spec);
    out << YAML::EndMap;
  }
  out << YAML::EndSeq << YAML::EndMap;
  return text_of(out) + "\n";
}

std::string server_line(const ServerSpec& server) {
  YAML::Emitter out;
  out.SetMapFormat(YAML::Flow);
  out << YAML::BeginMap;
  put_server(out, server);
  put_port(out, "grpc_port", server.grpc_port);
  put(out, "model_control", server.allows_model_control());
  put(out, "shared_memory", server.allows_shared_memory());
  out << YAML::EndMap;
  return in_a_line(out);
}

std::string model_line(const ModelSpec& spec) {
  YAML::Emitter out;
  out.SetMapFormat(YAML::Flow);
  out.SetSeqFormat(YAML::Flow);
  out << YAML::BeginMap;
  put_model(out, spec);
  out << YAML::EndMap;
  return in_a_line(out);
}

}  // namespace slipway::config
