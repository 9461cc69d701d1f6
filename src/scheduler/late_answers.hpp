#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <thread>

#include "core/clock.hpp"
#include "scheduler/job.hpp"
#include "scheduler/probe.hpp"

namespace slipway::scheduler {

/// A thread that answers jobs which must not run any more, while those that could run them are busy. Ends with it.
class LateAnswers {
 public:
  /// Waits for such jobs and hands them over; false when `end` asks for it. `late` comes empty.
  using Take = std::function<bool(JobList& late, const std::stop_token& end)>;

  /// `model` is for the log; what `take` takes from, and `probe`, outlive it.
  LateAnswers(std::string model, Take take, Probe& probe, core::Clock clock = core::now);

 private:
  std::jthread thread_;
};

}  // namespace slipway::scheduler
