#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace slipway::metrics {

/// Lets go of the metrics of what comes and goes, as versions of models do. Those of what went last are kept: it may
/// come back, and then goes on with the counters it had. Any thread.
class Retired {
 public:
  /// What takes each metric out of its family, by the metric's address: it is called once, for another metric may be
  /// there then.
  using Removes = std::map<const void*, std::function<void()>>;
  static constexpr std::size_t most_kept = 16;

  /// Before the metrics of `key` are made.
  void began(const std::string& key);
  /// Once for each who began: it writes none of the metrics any more, and had these.
  void ended(const std::string& key, Removes removes);

 private:
  struct Thing {
    std::size_t living = 0;
    Removes removes;
  };
  std::mutex mutex_;
  std::map<std::string, Thing> things_;
  std::deque<std::string> gone_;  ///< of things_, in the order they went
};

}  // namespace slipway::metrics
