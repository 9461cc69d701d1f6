#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/clock.hpp"
#include "core/turn.hpp"
#include "scheduler/job.hpp"

namespace slipway::scheduler {

/// A model whose jobs a reading thread may hold for a moment, to run those together that came together.
class Holder {
 public:
  Holder() = default;
  virtual ~Holder() = default;
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  /// Says once, before the first, that there will be a call of run_held().
  virtual void will_hold() = 0;
  /// Runs the jobs on the thread that held them, or has them run elsewhere. Afterwards the thread knows nothing of this
  /// model any more.
  virtual void run_held(JobList& jobs) noexcept = 0;
};

/// A thread that reads requests and submits them. Each has its own (`this_reader`).
///
/// Where many requests come at once, the jobs of one turn (core/turn.hpp) are held until its end. A thread to which
/// they come one by one does not wait for company, and looks only now and then whether there is some: a turn's end
/// costs it a system call.
class Reader {
 public:
  Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Takes the one job of `job` until the turn ends or there are `most` rows of its model; or leaves it where it is,
  /// and false, where it is better run at once.
  bool hold(Holder& holder, JobList& job, std::int64_t most);
  /// Hands over what is held.
  void end_turn();

  std::size_t number;                ///< counted from 0 in the order the threads first submit
  const void* last_model = nullptr;  ///< whose request it read last; only compared
  core::TimePoint changed{};         ///< when that was another's than before

 private:
  struct Held {
    Holder* holder;
    JobList jobs;
    std::int64_t rows = 0;
  };

  std::vector<Held> held_;    ///< one for each model
  std::vector<Held> ending_;  ///< those of the turn that ends; kept for its memory
  bool end_awaited_ = false;  ///< the thread will call end_turn()
  core::Company company_{16};
};

Reader& this_reader();

}  // namespace slipway::scheduler
