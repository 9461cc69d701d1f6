#include "front/grpc/server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "front/grpc/connection.hpp"
#include "front/grpc/health.hpp"
#include "front/grpc/reflection.hpp"
#include "front/grpc/service.hpp"
#include "front/listener.hpp"

namespace slipway::front::grpc {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// How long answers that say that a call was dropped may take to be written.
constexpr std::chrono::milliseconds abandon_timeout{1000};

/// The connections of one thread, which only that thread touches.
struct Worker {
  std::set<std::shared_ptr<Connection>> connections;
  bool ending = false;  ///< connections that begin now have the calls that they have sent already
};

}  // namespace

struct Server::State {
  State(ServerOptions given, models::Registry& served, const Extensions& extensions, std::unique_ptr<Listener> open)
      : options(std::move(given)),
        models(served),
        service(served, extensions),
        workers(open->workers()),
        listener(std::move(open)) {
    service.add_to(methods);
    health.add_to(methods);
    add_reflection(methods);
  }

  void serve(std::size_t number, tcp::socket socket, std::shared_ptr<void> open);
  void finish();
  /// Has every connection do that, each on its own thread.
  void tell_all(void (Connection::*what)());

  const ServerOptions options;
  models::Registry& models;
  Service service;
  Health health;
  Methods methods;
  std::vector<Worker> workers;  // the listener's end still runs connections
  const std::unique_ptr<Listener> listener;
};

void Server::State::serve(std::size_t number, tcp::socket socket, std::shared_ptr<void> open) {
  const auto& context = listener->context(number);
  const auto connection = std::make_shared<Connection>(context, std::move(socket));
  asio::post(*context, [this, &worker = workers[number], connection, held = std::move(open)]() mutable {
    worker.connections.insert(connection);
    connection->start(methods, options.max_request_bytes, options.read_timeout, std::move(held),
                      [&worker](const std::shared_ptr<Connection>& closed) { worker.connections.erase(closed); });
    if (worker.ending) connection->end();
  });
}

void Server::State::finish() {
  service.finish();
  listener->close();
  listener->on_each([this](std::size_t worker) { workers[worker].ending = true; });
  tell_all(&Connection::end);
  if (listener->all_closed_within(options.finish_timeout)) return;
  spdlog::warn("{} gRPC connections were still open after {} ms: what has not run of their calls is dropped",
               listener->connections(), options.finish_timeout.count());
  tell_all(&Connection::cancel);
  listener->all_closed_within(abandon_timeout);
}

void Server::State::tell_all(void (Connection::*what)()) {
  listener->on_each([this, what](std::size_t worker) {
    // one that closes takes itself out
    for (const auto& connection : std::set(workers[worker].connections)) ((*connection).*what)();
  });
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

core::Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, models::Registry& models,
                                                    const Extensions& extensions) {
  auto listener = Listener::open({.host = options.host, .port = options.port});
  if (!listener) {
    return core::fail(listener.error().code(),
                      fmt::format("{} with --grpc-port, none for no gRPC", listener.error().message()));
  }
  auto state = std::make_unique<State>(options, models, extensions, *std::move(listener));
  models.tell_readiness([health = &state->health](bool ready) { health->set(ready); });
  state->listener->start([state = state.get()](std::size_t worker, tcp::socket socket, std::shared_ptr<void> open) {
    state->serve(worker, std::move(socket), std::move(open));
  });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() { finish(); }

std::uint64_t Server::finish() {
  if (state_->listener->stopped()) return state_->service.refused();
  state_->finish();
  state_->models.tell_readiness({});
  state_->tell_all(&Connection::close);
  state_->listener->stop();
  return state_->service.refused();
}

std::uint16_t Server::port() const { return state_->listener->port(); }

}  // namespace slipway::front::grpc
