#include "front/http/server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "core/cpus.hpp"
#include "front/http/connection.hpp"

namespace slipway::front::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using core::Code;

namespace {

constexpr std::chrono::milliseconds accept_retry{100};
/// How long answers that say that a request was dropped may take to be written.
constexpr std::chrono::milliseconds abandon_timeout{1000};

/// Runs a context until it is stopped. No handler should throw; one that does costs its connection, not the process.
void run(asio::io_context& context) {
  while (!context.stopped()) {
    try {
      context.run();
    } catch (const std::exception& error) {
      spdlog::error("a connection ended with an error: {}", error.what());
    }
  }
}

/// One thread with its io_context and the connections it serves, which only that thread touches.
struct Worker {
  std::shared_ptr<asio::io_context> context = std::make_shared<asio::io_context>(1);
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(*context);
  std::set<Connection*> connections;
  bool finishing = false;  ///< connections that begin now end at once
  std::jthread thread;
};

}  // namespace

struct Server::State {
  static std::vector<std::unique_ptr<Worker>> make_workers(std::uint32_t threads) {
    std::vector<std::unique_ptr<Worker>> made(threads == 0 ? core::usable_cpus() : threads);
    for (auto& worker : made) worker = std::make_unique<Worker>();
    return made;
  }

  State(ServerOptions given, const Router& routes)
      : options(std::move(given)),
        router(routes),
        workers(make_workers(options.threads)),
        acceptor(*workers.front()->context),
        accept_again(*workers.front()->context) {}

  core::Result<void> listen();
  void accept();
  void serve(Worker& worker, tcp::socket socket);
  void finish();
  /// Has every connection do that, each on its own thread.
  void tell_all(void (Connection::*what)());

  const ServerOptions options;
  const Router& router;
  std::vector<std::unique_ptr<Worker>> workers;
  tcp::acceptor acceptor;
  asio::steady_timer accept_again;
  std::size_t next_worker = 0;
  bool finishing = false;  ///< on the first worker's thread
  std::mutex mutex;
  std::condition_variable all_closed;
  std::size_t open = 0;  ///< connections, guarded by mutex
};

core::Result<void> Server::State::listen() {
  const auto where = fmt::format("cannot listen on {}:{}", options.host, options.port);
  boost::system::error_code error;
  tcp::resolver resolver(*workers.front()->context);
  const auto found = resolver.resolve(options.host, std::to_string(options.port),
                                      tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error || found.empty())
    return core::fail(Code::invalid_argument,
                      fmt::format("{}: no such address on this machine: {}", where, error.message()));
  const tcp::endpoint endpoint = *found.begin();
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return core::fail(Code::unavailable,
                      fmt::format("{}: {}; choose another, 0 for any free one", where, error.message()));
  }
  return {};
}

void Server::State::accept() {
  Worker& worker = *workers[next_worker++ % workers.size()];
  acceptor.async_accept(*worker.context, [this, &worker](boost::system::error_code error, tcp::socket socket) {
    if (finishing || error == asio::error::operation_aborted) return;
    if (!error) {
      serve(worker, std::move(socket));
      return accept();
    }
    // most likely there are no descriptors left: they come back as connections end
    spdlog::warn("a connection could not be accepted: {}", error.message());
    accept_again.expires_after(accept_retry);
    accept_again.async_wait([this](boost::system::error_code ended) {
      if (!ended && !finishing) accept();
    });
  });
}

void Server::State::serve(Worker& worker, tcp::socket socket) {
  {
    const std::scoped_lock lock(mutex);
    if (open >= options.max_connections) return;  // closed by its destructor
    ++open;
  }
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  asio::co_spawn(
      *worker.context,
      [this, &worker, taken = std::move(socket)]() mutable -> asio::awaitable<void> {
        Connection connection(worker.context, std::move(taken), options, router);
        worker.connections.insert(&connection);
        if (worker.finishing) connection.finish();
        try {
          co_await connection.serve();
        } catch (const std::exception& error) {
          spdlog::error("a connection ended with an error: {}", error.what());
        }
        worker.connections.erase(&connection);
      },
      [this](const std::exception_ptr& /*error*/) {
        const std::scoped_lock lock(mutex);
        if (--open == 0) all_closed.notify_all();
      });
}

void Server::State::finish() {
  asio::post(*workers.front()->context, [this] {
    finishing = true;
    boost::system::error_code ignored;
    acceptor.close(ignored);
    accept_again.cancel();
  });
  for (auto& worker : workers) {
    asio::post(*worker->context, [&worker] {
      worker->finishing = true;
      for (Connection* connection : worker->connections) connection->finish();
    });
  }
  std::unique_lock lock(mutex);
  const auto closed_within = [this, &lock](std::chrono::milliseconds limit) {
    return all_closed.wait_for(lock, limit, [this] { return open == 0; });
  };
  const auto grace = std::min(options.body_grace, options.finish_timeout);
  if (closed_within(grace)) return;
  tell_all(&Connection::stop_reading);
  if (closed_within(options.finish_timeout - grace)) return;
  spdlog::warn("{} connections were still open after {} ms: what has not run of their requests is dropped", open,
               options.finish_timeout.count());
  tell_all(&Connection::abandon);
  closed_within(abandon_timeout);
}

void Server::State::tell_all(void (Connection::*what)()) {
  for (auto& worker : workers) {
    asio::post(*worker->context, [&worker, what] {
      for (Connection* connection : worker->connections) (connection->*what)();
    });
  }
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

core::Result<std::unique_ptr<Server>> Server::start(ServerOptions options, const Router& router) {
  auto state = std::make_unique<State>(std::move(options), router);
  TRY_VOID(state->listen());
  state->accept();
  for (auto& worker : state->workers) {
    worker->thread = std::jthread([context = worker->context] { run(*context); });
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() {
  state_->finish();
  for (auto& worker : state_->workers) {
    worker->work.reset();
    worker->context->stop();
  }
  for (auto& worker : state_->workers) worker->thread.join();
  // What was ready when the contexts stopped, the end of the pending accept above all: it holds a socket of another
  // worker's context, and an exchange that is still held elsewhere may keep its own context alive longer than that one.
  for (auto& worker : state_->workers) {
    worker->context->restart();
    worker->context->poll();
  }
}

std::uint16_t Server::port() const { return state_->acceptor.local_endpoint().port(); }

}  // namespace slipway::front::http
