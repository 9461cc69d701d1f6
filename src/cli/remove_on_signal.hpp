#pragma once

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

namespace slipway::cli {

/// While it lives, SIGINT, SIGTERM and SIGHUP remove a folder with all in it before they end the process, as they do
/// without it. Made before other threads are, so that none of them takes the signal. One at a time.
class RemoveOnSignal {
 public:
  explicit RemoveOnSignal(std::filesystem::path folder);
  ~RemoveOnSignal();
  RemoveOnSignal(const RemoveOnSignal&) = delete;
  RemoveOnSignal& operator=(const RemoveOnSignal&) = delete;

  /// Does not return where a signal has come: what failed then did so because its folder was taken away.
  void wait_for_end() const;

 private:
  void wait(const std::stop_token& stop);

  std::filesystem::path folder_;
  sigset_t signals_{};
  sigset_t before_{};
  std::atomic<bool> ending_ = false;
  std::jthread thread_;
};

}  // namespace slipway::cli
