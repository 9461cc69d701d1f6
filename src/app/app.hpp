#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/model_loading.hpp"
#include "app/trace_files.hpp"
#include "app/watching.hpp"
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

/// How requests came out, since the process began or since some moment.
struct Outcomes {
  std::uint64_t finished = 0;  ///< run, or found wrong
  std::uint64_t refused = 0;   ///< not run: no room, no time left, or the server was ending
};

/// One serving process: the rooms wired together. Made on the main thread, ended there by `finish` or its destructor.
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
  /// Of each model that is served.
  std::vector<config::ModelSpec> model_specs() const;

  /// Is not ready any more, and has HTTP clients look for another server, but goes on answering.
  void begin_drain();
  /// Takes nothing more and lets what was accepted be answered, within the server's drain_timeout but for a batch that
  /// runs longer. How requests came out since `begin_drain`, or since now.
  Outcomes finish();

 private:
  explicit App(const Plan& plan);
  Outcomes outcomes() const;

  std::string host_;
  std::optional<Outcomes> before_drain_;
  std::uint64_t refused_unread_ = 0;  ///< what http::Server::finish counts, and inferences over gRPC that came too late
  runtime::BackendRegistry backends_;
  std::unique_ptr<TraceFiles> trace_files_;  ///< null where there are none
  metrics::Registry metrics_;
  models::Registry models_;
  models::ModelControl control_;
  core::SharedMemory memory_;
  std::unique_ptr<Watching> watching_;  ///< null where nobody watches
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
