#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/error.hpp"
#include "speech/service.hpp"
#include "speech/watson.hpp"

namespace slipway::speech {

/// Watson's asynchronous recognitions: a job is made with a recording, asked for until it is completed, and kept for a
/// week unless it is removed. In memory: they end with the process. Safe from any thread; what it gives are the
/// documents of Watson's API.
class Jobs {
 public:
  using WallClock = std::chrono::system_clock;
  static constexpr std::size_t jobs_max = 1000;

  explicit Jobs(Service& service, std::function<WallClock::time_point()> now = WallClock::now);

  /// resource_exhausted where there are jobs_max that nobody has removed and none that may be forgotten.
  core::Result<std::string> create(const models::Handle& model, Sound sound, const WatsonOptions& options,
                                   std::chrono::minutes kept);
  core::Result<std::string> get(const std::string& id);
  /// The newest hundred.
  std::string list();
  /// Removes a job, or gives up one that has not ended.
  core::Result<void> remove(const std::string& id);

 private:
  struct Job {
    std::string status = "processing";
    std::string outcome;  ///< JSON, once it has ended
    WallClock::time_point created;
    WallClock::time_point updated;
    std::chrono::minutes kept{};
    std::shared_ptr<std::atomic<bool>> cancelled;
  };
  /// Shared with recognitions that outlive it.
  struct Table {
    std::mutex mutex;
    std::map<std::string, Job> jobs;
  };
  void forget_old();
  static boost::json::object head(const std::string& id, const Job& job);
  static core::Error unknown(const std::string& id);

  Service& service_;
  std::function<WallClock::time_point()> now_;
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

}  // namespace slipway::speech
