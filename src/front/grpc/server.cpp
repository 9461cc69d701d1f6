#include "front/grpc/server.hpp"

#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <limits>
#include <mutex>
#include <utility>

#include "core/address.hpp"
#include "front/grpc/service.hpp"

namespace slipway::front::grpc {

namespace {

/// Calls at one time on one connection; the client waits with more.
constexpr int most_streams = 1024;

/// What gRPC keeps for the whole process, set up once.
void set_up_plugins() {
  static std::once_flag once;
  std::call_once(once, [] {
    ::grpc::EnableDefaultHealthCheckService(true);
    ::grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

}  // namespace

struct Server::State {
  State(ServerOptions given, models::Registry& served, const Extensions& extensions)
      : options(std::move(given)), models(served), service(served, extensions) {}

  ServerOptions options;
  models::Registry& models;
  Service service;
  std::unique_ptr<::grpc::Server> server;
  int port = 0;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

core::Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, models::Registry& models,
                                                    const Extensions& extensions) {
  set_up_plugins();
  auto state = std::make_unique<State>(options, models, extensions);
  const std::string address = core::host_and_port(options.host, options.port);
  ::grpc::ServerBuilder builder;
  builder.AddListeningPort(address, ::grpc::InsecureServerCredentials(), &state->port);
  builder.RegisterService(&state->service);
  builder.SetMaxReceiveMessageSize(
      static_cast<int>(std::min<std::uint64_t>(options.max_request_bytes, std::numeric_limits<int>::max())));
  builder.SetMaxSendMessageSize(std::numeric_limits<int>::max());
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, most_streams);
  // two servers on one port would share its connections between them
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  state->server = builder.BuildAndStart();
  if (!state->server || state->port == 0) {
    return core::fail(core::Code::unavailable,
                      fmt::format("cannot listen on {} for gRPC: it is taken, or no address of this machine; choose "
                                  "another with --grpc-port, 0 for any free one, none for no gRPC",
                                  address));
  }
  models.tell_readiness([health = state->server->GetHealthCheckService()](bool ready) {
    health->SetServingStatus(ready);
    health->SetServingStatus("inference.GRPCInferenceService", ready);
  });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() {
  state_->models.tell_readiness({});
  state_->service.finish();
  state_->server->Shutdown(std::chrono::system_clock::now() + state_->options.finish_timeout);
  state_->server->Wait();
}

std::uint16_t Server::port() const { return static_cast<std::uint16_t>(state_->port); }

}  // namespace slipway::front::grpc
