#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "front/grpc/call.hpp"

namespace slipway::front::grpc {

/// grpc.health.v1.Health, for the server ("") and the services that it has. Any thread.
class Health {
 public:
  /// Adds Check and Watch.
  void add_to(Methods& methods);
  /// Tells those that watch.
  void set(bool serving);

 private:
  class Watch;

  void begin(const std::shared_ptr<Watch>& watch);

  std::mutex mutex_;
  bool serving_ = false;
  std::vector<std::weak_ptr<Watch>> watches_;
};

}  // namespace slipway::front::grpc
