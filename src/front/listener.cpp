#include "front/listener.hpp"

#include <fmt/format.h>
#include <linux/filter.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/address.hpp"
#include "core/clock.hpp"
#include "core/cpus.hpp"
#include "core/turn.hpp"
#include "front/turn.hpp"

namespace slipway::front {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using core::Code;

namespace {

constexpr std::chrono::milliseconds accept_retry{100};
constexpr std::chrono::milliseconds clean_up_limit{200};

/// Runs a context until it is stopped. No handler should throw; one that does costs its connection, not the process.
void run(asio::io_context& context, Turn& turn) {
  Turn::of_this_thread() = &turn;
  core::end_of_turn() = [&turn](std::function<void()> work) { turn.at_end(std::move(work)); };
  while (!context.stopped()) {
    try {
      context.run();
    } catch (const std::exception& error) {
      spdlog::error("a connection ended with an error: {}", error.what());
    }
  }
  core::end_of_turn() = nullptr;  // what the last work submits is run at once
  Turn::of_this_thread() = nullptr;
  turn.end();
}

struct Worker {
  std::shared_ptr<asio::io_context> context = std::make_shared<asio::io_context>(1);
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(*context);
  std::unique_ptr<Turn> turn = std::make_unique<Turn>(*context);
  std::jthread thread;
};

/// How many connections are open, and a wait until there are none. Any thread. Outlives the listener where a
/// connection does.
struct Open {
  std::mutex mutex;
  std::condition_variable none;
  std::size_t count = 0;
};

std::shared_ptr<void> opened(const std::shared_ptr<Open>& open) {
  const std::scoped_lock lock(open->mutex);
  ++open->count;
  return {nullptr, [open](void*) {
            const std::scoped_lock ended(open->mutex);
            if (--open->count == 0) open->none.notify_all();
          }};
}

}  // namespace

struct Listener::State {
  explicit State(const ListenOptions& options)
      : max_connections(options.max_connections),
        workers(options.threads == 0 ? core::usable_cpus() : options.threads),
        acceptor(*workers.front().context),
        accept_again(*workers.front().context) {}

  core::Result<void> listen(const ListenOptions& options);
  void accept();
  void stop_listening();
  void accept_waiting();
  void take(std::size_t worker, tcp::socket socket);
  std::size_t connections() const {
    const std::scoped_lock lock(open->mutex);
    return open->count;
  }

  const std::size_t max_connections;
  std::vector<Worker> workers;
  tcp::acceptor acceptor;
  asio::steady_timer accept_again;
  Serve serve;
  std::size_t next_worker = 0;
  bool closing = false;  ///< on the first worker's thread
  const std::shared_ptr<Open> open = std::make_shared<Open>();
};

core::Result<void> Listener::State::listen(const ListenOptions& options) {
  const auto where = fmt::format("cannot listen on {}", core::host_and_port(options.host, options.port));
  error_code error;
  tcp::resolver resolver(*workers.front().context);
  const auto found = resolver.resolve(options.host, std::to_string(options.port),
                                      tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error || found.empty())
    return core::invalid(fmt::format("{}: no such address on this machine: {}", where, error.message()));
  tcp::endpoint endpoint = *found.begin();
  acceptor.open(endpoint.protocol(), error);
  if (error == asio::error::address_family_not_supported && endpoint.address() == asio::ip::address_v6::any()) {
    // every address, where the kernel has no IPv6
    endpoint = tcp::endpoint(tcp::v4(), endpoint.port());
    acceptor.open(endpoint.protocol(), error);
  }
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return core::fail(Code::unavailable,
                      fmt::format("{}: {}; choose another, 0 for any free one", where, error.message()));
  return {};
}

void Listener::State::accept() {
  const std::size_t worker = next_worker++ % workers.size();
  acceptor.async_accept(*workers[worker].context, [this, worker](error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    try {
      if (!error) take(worker, std::move(socket));
    } catch (const std::exception& failure) {  // which costs this connection, and not those that come after it
      spdlog::error("a connection could not be served: {}", failure.what());
    }
    if (closing) return;
    if (!error) return accept();
    // most likely there are no descriptors left: they come back as connections end
    spdlog::warn("a connection could not be accepted: {}", error.message());
    accept_again.expires_after(accept_retry);
    accept_again.async_wait([this](error_code ended) {
      if (!ended && !closing) accept();
    });
  });
}

/// Has the kernel take no more connections, without closing those that wait: who connects now is answered by the close.
void Listener::State::stop_listening() {
  sock_filter drop_all{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = 0};
  const sock_fprog program{.len = 1, .filter = &drop_all};
  setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

void Listener::State::accept_waiting() {
  error_code error;
  acceptor.non_blocking(true, error);
  for (std::size_t i = 0; !error && i < max_connections; ++i) {
    const std::size_t worker = next_worker++ % workers.size();
    tcp::socket socket = acceptor.accept(*workers[worker].context, error);
    if (!error) take(worker, std::move(socket));
  }
}

void Listener::State::take(std::size_t worker, tcp::socket socket) {
  if (connections() >= max_connections) return;  // closed by its destructor
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  serve(worker, std::move(socket), opened(open));
}

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() { stop(); }

core::Result<std::unique_ptr<Listener>> Listener::open(const ListenOptions& options) {
  auto state = std::make_unique<State>(options);
  TRY_VOID(state->listen(options));
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

void Listener::start(Serve serve) {
  state_->serve = std::move(serve);
  state_->accept();
  for (Worker& worker : state_->workers)
    worker.thread = std::jthread([context = worker.context, turn = worker.turn.get()] { run(*context, *turn); });
}

std::uint16_t Listener::port() const { return state_->acceptor.local_endpoint().port(); }
std::size_t Listener::workers() const { return state_->workers.size(); }
std::size_t Listener::connections() const { return state_->connections(); }
bool Listener::stopped() const { return state_->workers.front().context->stopped(); }
const std::shared_ptr<asio::io_context>& Listener::context(std::size_t worker) const {
  return state_->workers[worker].context;
}

void Listener::on_each(const std::function<void(std::size_t worker)>& what) {
  for (std::size_t worker = 0; worker < workers(); ++worker)
    asio::post(*context(worker), [what, worker] { what(worker); });
}

void Listener::close() {
  auto& first = *context(0);
  // counted as a connection until the last ones have been taken
  asio::post(first, [state = state_.get(), &first, held = opened(state_->open)]() mutable {
    state->closing = true;
    state->stop_listening();
    state->accept_waiting();
    error_code ignored;
    state->acceptor.close(ignored);
    state->accept_again.cancel();
    asio::post(first, [last = std::move(held)] {});  // behind the accept that was pending
  });
}

bool Listener::all_closed_within(std::chrono::milliseconds limit) {
  std::unique_lock lock(state_->open->mutex);
  return state_->open->none.wait_for(lock, limit, [this] { return state_->open->count == 0; });
}

void Listener::stop() {
  for (Worker& worker : state_->workers) {
    worker.work.reset();
    worker.context->stop();
  }
  for (Worker& worker : state_->workers) {
    if (worker.thread.joinable()) worker.thread.join();
  }
  // What was ready when the contexts stopped, the end of the pending accept above all: it holds a socket of another
  // worker's context, and what is still held elsewhere may keep its own context alive longer than that one. A client
  // that goes on sending always has something ready.
  const core::TimePoint end = core::now() + clean_up_limit;
  for (Worker& worker : state_->workers) {
    worker.context->restart();
    while (worker.context->poll_one() > 0 && core::now() < end) continue;
    worker.context->stop();
  }
}

}  // namespace slipway::front
