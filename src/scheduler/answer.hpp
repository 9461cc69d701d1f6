#pragma once

#include <optional>
#include <utility>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "scheduler/job.hpp"
#include "scheduler/probe.hpp"

namespace slipway::scheduler {

/// Ends a job, once: measures first, so that whoever has the answer also finds it in the metrics, and then completes.
void answer(Job& job, core::Result<core::Response> result, const core::Timing& timing, Probe& probe);

/// Answers jobs that must not run any more with why that is so at `now`.
void answer_dropped(JobList& jobs, core::TimePoint now, Probe& probe);

/// Calls a completion. What it throws stops here: nobody is left to be told, and others still have to get their
/// answers.
void complete(core::Completion& done, core::Result<core::Response> result);

/// A completion that others wait for, behind it in an order. Where its job is dropped without an answer, as one is that
/// there was no memory to run, it is called with an error (internal), and they go on.
template <class Done>
class AnsweredWhenDropped {
 public:
  explicit AnsweredWhenDropped(Done done) : done_(std::move(done)) {}
  AnsweredWhenDropped(AnsweredWhenDropped&& other) noexcept : done_(std::move(other.done_)) { other.done_.reset(); }
  AnsweredWhenDropped& operator=(AnsweredWhenDropped&&) = delete;
  AnsweredWhenDropped(const AnsweredWhenDropped&) = delete;
  AnsweredWhenDropped& operator=(const AnsweredWhenDropped&) = delete;
  ~AnsweredWhenDropped() {
    if (!done_) return;
    try {
      (*done_)(core::fail(core::Code::internal, "the request was dropped without an answer"));
    } catch (...) {  // NOLINT(bugprone-empty-catch): nobody is left to be told
    }
  }

  void operator()(core::Result<core::Response> result) {
    Done done = std::move(*done_);
    done_.reset();
    done(std::move(result));
  }

 private:
  std::optional<Done> done_;
};

}  // namespace slipway::scheduler
