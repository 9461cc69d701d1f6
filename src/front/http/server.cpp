#include "front/http/server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <set>
#include <utility>
#include <vector>

#include "core/printable.hpp"
#include "front/http/connection.hpp"
#include "front/listener.hpp"

namespace slipway::front::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// How long answers that say that a request was dropped may take to be written.
constexpr std::chrono::milliseconds abandon_timeout{1000};

/// The connections of one thread, which only that thread touches.
struct Worker {
  std::set<Connection*> connections;
  OneAtATime inflating;
  bool sending_away = false;  ///< connections that begin now have one answer
  bool finishing = false;     ///< connections that begin now have one answer, to what they have sent already
};

/// That a connection is among those of its thread: until its coroutine goes, which it may without having ended.
class Listed {
 public:
  Listed(std::set<Connection*>& connections, Connection& one)
      : connections_(connections), at_(connections.insert(&one).first) {}
  ~Listed() { connections_.erase(at_); }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

 private:
  std::set<Connection*>& connections_;
  std::set<Connection*>::iterator at_;
};

}  // namespace

core::Result<void> check_host(const std::string& host) {
  const auto wrong = [&host](const std::string& why) {
    return core::invalid(fmt::format(
        "host \"{}\": no address of this machine{}; 127.0.0.1, 0.0.0.0, or another address or name of it expected",
        core::printable(host), why));
  };
  if (host.empty()) return wrong("");
  asio::io_context context;
  boost::system::error_code error;
  const auto found = tcp::resolver(context).resolve(host, "0", tcp::resolver::passive, error);
  if (error || found.empty()) return wrong(": " + error.message());
  tcp::acceptor acceptor(context);
  const tcp::endpoint endpoint = *found.begin();
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.bind(endpoint, error);
  if (error == boost::system::errc::address_not_available) return wrong(": " + error.message());
  return {};
}

struct Server::State {
  State(ServerOptions given, const Router& routes, std::unique_ptr<Listener> open)
      : options(std::move(given)), router(routes), workers(open->workers()), listener(std::move(open)) {}

  void serve(std::size_t number, tcp::socket socket, std::shared_ptr<void> open);
  void finish();
  /// Has every connection do that, each on its own thread.
  void tell_all(void (Connection::*what)());

  const ServerOptions options;
  const Router& router;
  std::vector<Worker> workers;  // the listener's end still runs connections
  const std::unique_ptr<Listener> listener;
  std::atomic<std::size_t> refused = 0;
};

void Server::State::serve(std::size_t number, tcp::socket socket, std::shared_ptr<void> open) {
  const auto& context = listener->context(number);
  asio::co_spawn(
      *context,
      [this, &worker = workers[number], &context, taken = std::move(socket),
       held = std::move(open)]() mutable -> asio::awaitable<void> {
        Connection connection(context, std::move(taken), options, router, worker.inflating);
        const Listed listed(worker.connections, connection);
        if (worker.sending_away) connection.send_away();
        if (worker.finishing) connection.finish();
        try {
          co_await connection.serve();
        } catch (const std::exception& error) {
          spdlog::error("a connection ended with an error: {}", error.what());
        }
        if (connection.has_refused()) ++refused;
      },
      asio::detached);
}

void Server::State::finish() {
  listener->close();
  listener->on_each([this](std::size_t worker) { workers[worker].finishing = true; });
  tell_all(&Connection::finish);
  const auto grace = std::min(options.body_grace, options.finish_timeout);
  if (listener->all_closed_within(grace)) return;
  tell_all(&Connection::stop_reading);
  if (listener->all_closed_within(options.finish_timeout - grace)) return;
  spdlog::warn("{} connections were still open after {} ms: what has not run of their requests is dropped",
               listener->connections(), options.finish_timeout.count());
  tell_all(&Connection::abandon);
  listener->all_closed_within(abandon_timeout);
}

void Server::State::tell_all(void (Connection::*what)()) {
  listener->on_each([this, what](std::size_t worker) {
    for (Connection* connection : workers[worker].connections) (connection->*what)();
  });
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

core::Result<std::unique_ptr<Server>> Server::start(ServerOptions options, const Router& router) {
  TRY(auto listener, Listener::open({.host = options.host,
                                     .port = options.port,
                                     .threads = options.threads,
                                     .max_connections = options.max_connections}));
  auto state = std::make_unique<State>(std::move(options), router, std::move(listener));
  state->listener->start([state = state.get()](std::size_t worker, tcp::socket socket, std::shared_ptr<void> open) {
    state->serve(worker, std::move(socket), std::move(open));
  });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

void Server::send_away() {
  state_->listener->on_each([state = state_.get()](std::size_t worker) { state->workers[worker].sending_away = true; });
  state_->tell_all(&Connection::send_away);
}

Server::~Server() { finish(); }

std::size_t Server::finish() {
  if (state_->listener->stopped()) return state_->refused;
  state_->finish();
  state_->listener->stop();
  return state_->refused;
}

std::uint16_t Server::port() const { return state_->listener->port(); }

}  // namespace slipway::front::http
