#pragma once

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

}  // namespace slipway::measure
