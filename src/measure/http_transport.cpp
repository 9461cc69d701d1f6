#include "measure/http_transport.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "core/address.hpp"
#include "measure/http_answer.hpp"
#include "measure/tcp_connection.hpp"
#include "protocol/error_body.hpp"

namespace slipway::measure {

namespace {

using namespace std::chrono_literals;

constexpr auto connect_limit = 5s;

class HttpLanes : public Lanes {
 public:
  HttpLanes(const std::string& host, std::uint16_t port, const std::vector<std::string>& messages)
      : host_(host), port_(port), messages_(messages), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

  core::Result<void> open(std::uint32_t count) {
    lanes_.resize(count);
    for (std::uint32_t lane = 0; lane < count; ++lane) {
      TRY(lanes_[lane].socket, connect_tcp(host_, port_, connect_limit));
      lanes_[lane].address = peer_of(lanes_[lane].socket);
      if (lanes_[lane].address.size == 0) return core::fail(core::Code::unavailable, unreachable(errno));
      TRY_VOID(watch(lane));
    }
    return {};
  }

  std::uint32_t count() const override { return static_cast<std::uint32_t>(lanes_.size()); }

  void send(std::uint32_t lane) override {
    Lane& own = lanes_[lane];
    own.answer.reset();
    own.under_way = true;
    own.retried = false;
    if (!own.socket) {
      resend(lane);
    } else {
      own.written = 0;
      write(lane);
    }
  }

  void wait(core::TimePoint until, std::vector<Ended>& ended) override {
    std::array<epoll_event, 64> events;
    const int ready = early_.empty() ? wait_for_events(until, events) : 0;
    for (int i = 0; i < ready; ++i) {
      const std::uint32_t lane = events[static_cast<std::size_t>(i)].data.u32;
      if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0U) write(lane);
      if ((events[static_cast<std::size_t>(i)].events & ~std::uint32_t{EPOLLOUT}) != 0U) read(lane);
    }
    ended.insert(ended.end(), std::make_move_iterator(early_.begin()), std::make_move_iterator(early_.end()));
    early_.clear();
  }

 private:
  struct Lane {
    Descriptor socket;
    TcpAddress address;  ///< where it leads
    HttpAnswer answer;
    std::size_t written = 0;
    bool under_way = false;
    bool used = false;     ///< the connection has had an answer: a server may have closed it meanwhile
    bool retried = false;  ///< this request went over a second connection already
    bool waits_to_write = false;
    bool connecting = false;  ///< begun, and nothing could be written yet
  };

  const std::string& message(std::uint32_t lane) const { return messages_[lane % messages_.size()]; }

  /// Begins a new connection in place of a lane's, and waits for it with all the others.
  core::Result<void> connect_again(std::uint32_t lane) {
    Lane& own = lanes_[lane];
    own.socket.reset();
    own.socket = begin_connect(own.address);
    if (!own.socket) return core::fail(core::Code::unavailable, unreachable(errno));
    own.used = false;
    own.waits_to_write = false;
    own.connecting = true;
    return watch(lane);
  }

  std::string unreachable(int failure) const {
    return fmt::format("{}:{}: {}", host_, port_, std::system_category().message(failure));
  }

  core::Result<void> watch(std::uint32_t lane) {
    Lane& own = lanes_[lane];
    epoll_event event{.events = EPOLLIN, .data = {.u32 = lane}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, own.socket.get(), &event) == 0) return {};
    return core::fail(core::Code::unavailable,
                      fmt::format("a connection cannot be watched: {}", std::system_category().message(errno)));
  }

  int wait_for_events(core::TimePoint until, std::array<epoll_event, 64>& events) {
    const std::int64_t left_ns = std::max<std::int64_t>(core::nanoseconds(until - core::now()), 0);
    const timespec left{.tv_sec = left_ns / 1'000'000'000, .tv_nsec = left_ns % 1'000'000'000};
    const int ready = ::epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()), &left, nullptr);
    if (ready >= 0 || errno != ENOSYS) return ready;
    // Linux before 5.11: whole milliseconds, rounded down and then without waiting, so that none is sent late
    return ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                        static_cast<int>(left_ns / 1'000'000));
  }

  void watch_for_room(std::uint32_t lane, bool wanted) {
    Lane& own = lanes_[lane];
    if (own.waits_to_write == wanted) return;
    own.waits_to_write = wanted;
    epoll_event event{.events = EPOLLIN, .data = {.u32 = lane}};
    if (wanted) event.events |= EPOLLOUT;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, own.socket.get(), &event);
  }

  void write(std::uint32_t lane) {
    Lane& own = lanes_[lane];
    const std::string& bytes = message(lane);
    while (own.under_way && own.written < bytes.size()) {
      const auto sent = ::send(own.socket.get(), bytes.data() + own.written, bytes.size() - own.written, MSG_NOSIGNAL);
      if (sent >= 0) {
        own.connecting = false;
        own.written += static_cast<std::size_t>(sent);
      } else if (errno == EAGAIN) {
        return watch_for_room(lane, true);
      } else if (errno != EINTR) {
        // a server that refuses a body closes the connection behind its answer, which is there to be read
        const int failure = errno;
        // reset or closed, it had connected
        const bool unreached = own.connecting && failure != ECONNRESET && failure != EPIPE;
        if (unreached) return end(lane, Outcome::gone, unreachable(failure), true);
        if (own.used && !own.answer.begun()) return resend(lane);
        return end(lane, Outcome::failed, std::system_category().message(failure), true);
      }
    }
    watch_for_room(lane, false);
  }

  /// The connection has ended without an answer. Once, on a connection that had answers before, that is what happens
  /// to idle ones, and the request goes over a new one.
  void resend(std::uint32_t lane) {
    Lane& own = lanes_[lane];
    own.retried = true;
    own.answer.reset();
    if (const auto connected = connect_again(lane); !connected) {
      return end(lane, Outcome::gone, connected.error().message(), true);
    }
    own.written = 0;
    write(lane);
  }

  void read(std::uint32_t lane) {
    Lane& own = lanes_[lane];
    if (!own.socket) return;
    const auto received = ::recv(own.socket.get(), buffer_.data(), buffer_.size(), 0);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (!own.under_way) return own.socket.reset();  // closed while idle: opened again when it is needed
    if (received > 0) {
      const auto state = own.answer.feed({buffer_.data(), static_cast<std::size_t>(received)});
      if (state == HttpAnswer::State::done) return answered(lane);
      if (state == HttpAnswer::State::broken) end(lane, Outcome::failed, "the answer is not HTTP/1.1", true);
      return;
    }
    if (received == 0 && own.answer.feed_end() == HttpAnswer::State::done) return answered(lane);
    if (own.used && !own.retried && !own.answer.begun()) return resend(lane);
    end(lane, Outcome::failed,
        received == 0 ? "the server closed the connection before its answer was whole"
                      : std::system_category().message(errno),
        true);
  }

  void answered(std::uint32_t lane) {
    Lane& own = lanes_[lane];
    const unsigned status = own.answer.status();
    const bool closes = !own.answer.keeps_connection() || own.written < message(lane).size();
    own.used = true;
    if (status == 200) return end(lane, Outcome::answered, {}, closes);
    end(lane, Outcome::failed, fmt::format("status {}: {}", status, protocol::error_sentence(own.answer.error_body())),
        closes);
  }

  void end(std::uint32_t lane, Outcome outcome, std::string error, bool closes) {
    Lane& own = lanes_[lane];
    own.under_way = false;
    if (closes) own.socket.reset();
    early_.push_back({.lane = lane, .at = core::now(), .outcome = outcome, .error = std::move(error)});
  }

  const std::string& host_;
  std::uint16_t port_;
  const std::vector<std::string>& messages_;
  Descriptor epoll_;
  std::vector<Lane> lanes_;
  std::vector<Ended> early_;  ///< ended, and not told yet
  std::array<char, 64U << 10U> buffer_{};
};

}  // namespace

HttpTransport::HttpTransport(HttpRequest request) : host_(std::move(request.host)), port_(request.port) {
  std::string head = fmt::format("POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: {}\r\n", request.path,
                                 core::host_and_port(host_, port_), request.content_type);
  if (request.json_bytes) head += fmt::format("Inference-Header-Content-Length: {}\r\n", *request.json_bytes);
  messages_.reserve(request.bodies.size());
  for (const std::string& body : request.bodies)
    messages_.push_back(fmt::format("{}Content-Length: {}\r\n\r\n{}", head, body.size(), body));
}

core::Result<std::unique_ptr<Lanes>> HttpTransport::open(std::uint32_t lanes) const {
  auto opened = std::make_unique<HttpLanes>(host_, port_, messages_);
  TRY_VOID(opened->open(lanes));
  return opened;
}

}  // namespace slipway::measure
