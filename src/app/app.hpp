#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/model_loading.hpp"
#include "app/trace_files.hpp"
#include "core/error.hpp"
#include "core/shared_memory.hpp"
#include "front/grpc/server.hpp"
#include "front/http/router.hpp"
#include "front/http/server.hpp"
#include "metrics/registry.hpp"
#include "models/model_control.hpp"
#include "models/registry.hpp"
#include "protocol/log_settings.hpp"
#include "runtime/backend_registry.hpp"
#include "speech/jobs.hpp"
#include "speech/service.hpp"

namespace slipway::app {

/// One serving process: the rooms wired together. Made on the main thread, ended by its destructor, which lets what
/// was accepted be answered, within the server's finish_timeout, before it returns.
///
///   TRY(auto app, App::start(plan, *logging));
///   fmt::print("{}", app->banner());
class App {
 public:
  /// Loads every model of the plan, then listens. `log` outlives the app.
  static core::Result<std::unique_ptr<App>> start(const Plan& plan, protocol::LogControl& log);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  std::uint16_t http_port() const { return http_->port(); }
  /// Nothing where gRPC is off.
  std::optional<std::uint16_t> grpc_port() const { return grpc_ ? std::optional(grpc_->port()) : std::nullopt; }
  /// What is served where, for people; several lines.
  std::string banner() const;

 private:
  explicit App(const Plan& plan);

  std::string host_;
  runtime::BackendRegistry backends_;
  std::unique_ptr<TraceFiles> trace_files_;  ///< null where there are none
  metrics::Registry metrics_;
  models::Registry models_;
  models::ModelControl control_;
  core::SharedMemory memory_;
  speech::Service speech_;
  speech::Jobs jobs_;
  front::http::Router router_;
  front::http::Router metrics_router_;
  // after what they use, so that they end first
  std::unique_ptr<front::http::Server> metrics_server_;
  std::unique_ptr<front::grpc::Server> grpc_;
  std::unique_ptr<front::http::Server> http_;
};

}  // namespace slipway::app
