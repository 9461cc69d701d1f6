#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>

#include "core/error.hpp"
#include "core/request.hpp"
#include "scheduler/job.hpp"

namespace slipway::scheduler {

/// Has the answers of a model version leave in the order its requests came, although instances finish when they do: an
/// answer is held until those before it have left. Outlives the jobs that entered; safe from
/// any thread. No completion runs under its lock, nor beside another one of an answer in order.
///
///   if (!order.enter(job)) …                // too many are held up already
///   job.done(answer);                       // runs what the job came with when it is its turn
///
/// What was refused or dropped and never ran (cancelled, deadline_exceeded, resource_exhausted, unavailable) leaves at
/// once, and nobody waits for it: a request whose time is over must not wait for another one to hear so.
class AnswerOrder {
 public:
  /// At most `most` jobs may have entered and not left, but for those that have waited in their sequence already.
  explicit AnswerOrder(std::size_t most) : most_(most) {}

  /// Gives the job its place in the order; false, and the job as it was, where there are too many.
  bool enter(Job& job);

 private:
  struct Answer {
    core::Completion done;
    core::Result<core::Response> result;
  };
  struct Place {
    bool is_open = true;           ///< its job was not answered yet
    std::optional<Answer> answer;  ///< that is held
  };
  void leave(std::uint64_t number, core::Completion done, core::Result<core::Response> result);
  void release();

  const std::size_t most_;
  std::mutex mutex_;
  std::deque<Place> places_;       ///< of those that entered, from the first that has not left
  std::uint64_t first_ = 0;        ///< the number of places_.front()
  bool someone_releases_ = false;  ///< a thread is in release(), and takes what becomes ready
};

/// How many answers may be held up: an answer waits for others no longer than there is room for, which is what may
/// queue and as much as the instances run.
constexpr std::size_t most_held(std::size_t queue_limit, std::size_t instances, std::int64_t max_batch_rows) {
  return queue_limit + instances * static_cast<std::size_t>(max_batch_rows);
}

/// What a job is answered with that could not enter().
core::Error held_up(std::string_view model);

}  // namespace slipway::scheduler
