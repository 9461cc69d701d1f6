#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace slipway::models {

/// One thread that does what it is given in order, beside the traffic: loading takes seconds, and giving a model's
/// memory back waits for its instances. Any thread may post. Destroying does what is left, and
/// joins.
class Background {
 public:
  using Task = std::move_only_function<void()>;

  Background();
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// False, without taking the task, when `most_tasks` wait already.
  bool post(Task& task);
  /// Whatever waits: for what must not be refused.
  void post_always(Task task);
  /// Forgets what waits, and does nothing more.
  void stop();

  static constexpr std::size_t most_tasks = 256;

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool closed_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace slipway::models
