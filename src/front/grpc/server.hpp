#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "front/extensions.hpp"
#include "models/registry.hpp"

namespace slipway::front::grpc {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8001;  ///< 0: any free port
  std::uint64_t max_request_bytes = 256ULL << 20U;
  std::chrono::milliseconds read_timeout{30'000};    ///< for one message to arrive
  std::chrono::milliseconds finish_timeout{20'000};  ///< how long the destructor waits for calls in flight
};

/// Serves inference.GRPCInferenceService (the Open Inference Protocol over gRPC, with Triton's extensions), gRPC's
/// health service and server reflection: an io_context a thread, connections dealt out among them.
class Server {
 public:
  /// Binds and listens, and serves from then on. `models` and what `extensions` refers to must outlive the server.
  static core::Result<std::unique_ptr<Server>> start(const ServerOptions& options, models::Registry& models,
                                                     const Extensions& extensions);
  /// Refuses new calls, lets those in flight be answered (within finish_timeout), ends streams that have none, and
  /// ends.
  ~Server();
  /// Ends, as the destructor does, which then has nothing left to do. How many inferences were refused meanwhile.
  std::uint64_t finish();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;  ///< the one it listens on

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace slipway::front::grpc
