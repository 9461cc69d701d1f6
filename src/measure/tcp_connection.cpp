#include "measure/tcp_connection.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace slipway::measure {

namespace {

/// 0, or the system's number of what went wrong.
int connect_one(const Descriptor& socket, const addrinfo& address, std::chrono::milliseconds limit) {
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd wanted{.fd = socket.get(), .events = POLLOUT, .revents = 0};
  int ready = 0;
  do {
    ready = ::poll(&wanted, 1, static_cast<int>(limit.count()));
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return errno;
  if (ready == 0) return ETIMEDOUT;
  int failure = 0;
  socklen_t size = sizeof failure;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &size) != 0) return errno;
  return failure;
}

Descriptor tcp_socket(int family) {
  Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (socket) ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

void Descriptor::reset() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

core::Result<Descriptor> connect_tcp(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); failure != 0) {
    return core::fail(core::Code::unavailable, fmt::format("{}:{}: {}", host, port, ::gai_strerror(failure)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  int failure = EADDRNOTAVAIL;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    Descriptor socket = tcp_socket(address->ai_family);
    failure = socket ? connect_one(socket, *address, limit) : errno;
    if (failure == 0) return socket;
  }
  return core::fail(core::Code::unavailable,
                    fmt::format("{}:{}: {}", host, port, std::system_category().message(failure)));
}

TcpAddress peer_of(const Descriptor& socket) {
  TcpAddress address;
  address.size = sizeof address.bytes;
  if (::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&address.bytes), &address.size) != 0) address.size = 0;
  return address;
}

Descriptor begin_connect(const TcpAddress& address) {
  Descriptor socket = tcp_socket(address.bytes.ss_family);
  if (!socket) return socket;
  const int repeats = 2;  // so that the end comes after about ten seconds, and not after two minutes
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_SYNCNT, &repeats, sizeof repeats);
  const int begun = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.bytes), address.size);
  if (begun == 0 || errno == EINPROGRESS) return socket;
  const int failure = errno;
  socket.reset();
  errno = failure;
  return socket;
}

}  // namespace slipway::measure
