#pragma once

#include <memory>
#include <string>

namespace prometheus {
class Registry;
}

namespace slipway::metrics {

/// The program's metrics, kept by prometheus-cpp; each room makes its own families in it. Safe from any thread.
class Registry {
 public:
  Registry();
  ~Registry();

  prometheus::Registry& prometheus() { return *registry_; }

  /// The text format (version 0.0.4) of everything registered, process metrics included.
  std::string text() const;
  static const char* content_type();

 private:
  std::shared_ptr<prometheus::Registry> registry_;
};

}  // namespace slipway::metrics
