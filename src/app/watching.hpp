#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "config/app_spec.hpp"
#include "models/model_control.hpp"
#include "models/watch.hpp"

namespace slipway::app {

/// Looks twice a second, on a thread of its own, at what changed where the models lie, and has the control load it.
/// Owned by the composition root, and ended before the control.
class Watching {
 public:
  /// Takes what is there now as served; looks from `start` on.
  Watching(std::vector<config::AppModel> places, models::ModelControl& control);
  void start();
  /// Looks no more; a look that runs may still end.
  void stop() { thread_.request_stop(); }

 private:
  void run(const std::stop_token& stop);

  /// Versions that could not be loaded since the last look; shared with changes that are under way.
  struct Failures {
    std::mutex mutex;
    std::vector<std::pair<std::string, std::string>> versions;
  };
  std::shared_ptr<Failures> failures_ = std::make_shared<Failures>();
  models::Watch watch_;
  std::mutex mutex_;
  std::condition_variable_any never_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace slipway::app
