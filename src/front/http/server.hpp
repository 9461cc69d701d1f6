#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "front/http/router.hpp"

namespace slipway::front::http {

/// What the server is held to; config::ServerSpec has the meanings and defaults.
struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;  ///< 0: any free port
  std::uint32_t threads = 0;  ///< 0: one a core it may use
  std::uint64_t max_request_bytes = 256ULL << 20U;
  std::uint32_t max_header_bytes = 64U << 10U;
  std::chrono::milliseconds read_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};
  std::chrono::milliseconds write_timeout{30'000};
  std::optional<std::string> cors_origin;
  std::size_t max_connections = 10'000;              ///< open at one time; more are closed at once
  std::chrono::milliseconds finish_timeout{20'000};  ///< how long the destructor waits for requests in flight
  std::chrono::milliseconds body_grace{1000};        ///< and for bodies that have not come whole
  /// and for the first request of a connection, which a client has opened to send it, and what follows an empty line;
  /// body_grace bounds it
  std::chrono::milliseconds first_request_grace{100};
};

/// invalid_argument where nothing on this machine can listen on such a host, whatever the port.
core::Result<void> check_host(const std::string& host);

/// An HTTP/1.1 server: one io_context a thread, connections dealt out among them.
class Server {
 public:
  /// Binds and listens, and serves from then on. The router is read by all threads and must outlive the server.
  static core::Result<std::unique_ptr<Server>> start(ServerOptions options, const Router& router);
  /// Closes the listener and the idle connections, takes what clients have sent by then and first requests within
  /// first_request_grace, refuses bodies that have not come whole within body_grace, lets requests in flight be
  /// answered (within finish_timeout), closes the rest and joins the threads.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Goes on answering, and closes each connection behind its next answer, so that clients look for another server.
  void send_away();

  /// Ends, as the destructor does, which then has nothing left to do. How many requests were refused because they had
  /// not come whole, or their bodies not out of their coding.
  std::size_t finish();

  std::uint16_t port() const;  ///< the one it listens on

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace slipway::front::http
