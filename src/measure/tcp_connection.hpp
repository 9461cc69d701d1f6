#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "core/error.hpp"

namespace slipway::measure {

/// A file descriptor that is closed with its owner; movable.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  void reset();

 private:
  int number_ = -1;
};

/// Connects to the first of the host's addresses that takes it, within `limit` for each. The socket is non-blocking and
/// sends small packets at once. unavailable, with the system's reason, when none does.
core::Result<Descriptor> connect_tcp(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit);

/// Where a connection leads, so that another one there needs no look-up of a name.
struct TcpAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};
TcpAddress peer_of(const Descriptor& socket);

/// A socket like that of `connect_tcp` which is still connecting: it takes bytes once it has, and the first attempt to
/// send tells when it could not; the system gives up after about ten seconds. Does not wait. Empty, with `errno` set,
/// when it fails at once.
Descriptor begin_connect(const TcpAddress& address);

}  // namespace slipway::measure
