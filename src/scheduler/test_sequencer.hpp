#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "metrics/registry.hpp"
#include "scheduler/answer.hpp"
#include "scheduler/sequencer.hpp"
#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {

inline core::TimePoint the_time{};  ///< the sequencer's clock, which a test moves

/// A model of x [1], total [1] and a START flag whose output total is total + x and whose y is the same. Jobs wait in
/// `waiting_` until a test runs them.
class SequencerTest : public ::testing::Test {
 protected:
  SequencerTest() { the_time = core::TimePoint{} + std::chrono::hours(1); }

  static SequenceOptions options() {
    SequenceOptions made;
    made.model = "sum";
    made.max_idle = std::chrono::seconds(10);
    made.max_sequences = 2;
    made.max_waiting = 3;
    made.states = {{1, 1, "total", "total_out", core::DataType::fp32, {1}, std::vector<std::byte>(4)}};
    const float yes = 1;
    const float no = 0;
    const auto bytes = [](const float& value) {
      const auto view = std::as_bytes(std::span(&value, 1));
      return std::vector<std::byte>(view.begin(), view.end());
    };
    made.controls = {{2, ControlInput::Kind::start, {"START", core::DataType::fp32, {1}, {}}, bytes(no), bytes(yes)}};
    return made;
  }

  /// The values that came back for each request, in the order of the answers; nothing for an error.
  struct Answer {
    std::optional<float> y;
    std::string error;
    std::size_t outputs = 0;
  };

  void ask(core::SequenceId id, float x, bool start = false, bool end = false,
           core::TimePoint deadline = core::no_deadline) {
    Job job = testing::make_job(1, 1, x);
    job.request.deadline = deadline;
    job.request.cancelled = gone_;
    job.request.inputs.front().shape = {1};
    job.request.inputs.resize(3);
    job.request.sequence = core::SequencePlace{std::move(id), start, end};
    job.done = [this](core::Result<core::Response> result) {
      Answer answer;
      if (result) {
        answer.y = testing::floats(result->outputs.front().data.bytes()).front();
        answer.outputs = result->outputs.size();
      } else {
        answer.error = result.error().message();
      }
      answers_.push_back(answer);
    };
    sequencer_.add(std::move(job));
  }

  /// Runs the job that was submitted first as the model would.
  void run(bool fail = false) {
    ASSERT_FALSE(waiting_.empty());
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    run_job(std::move(job), fail);
  }
  static void run_job(Job job, bool fail = false) {
    if (fail) return job.done(core::fail(core::Code::internal, "no luck"));
    const auto value = [&](std::size_t i) { return testing::floats(job.request.inputs[i].bytes).front(); };
    EXPECT_EQ(job.outputs, (std::vector<std::uint32_t>{0, 1}));
    const float total = value(1) + value(0) + 100 * value(2);
    core::Response response;
    for (const char* name : {"y", "total_out"})
      response.outputs.push_back(
          {name, core::DataType::fp32, {1}, core::Buffer::copy_of(std::as_bytes(std::span(&total, 1)))});
    job.done(std::move(response));
  }

  void answer_late() {
    JobList late;
    ASSERT_TRUE(sequencer_.take_late(late, std::stop_token()));
    answer_dropped(late, the_time, probe_);
  }

  std::vector<float> values() const {
    std::vector<float> all;
    for (const Answer& answer : answers_) all.push_back(answer.y.value_or(-1));
    return all;
  }

  metrics::Registry metrics_;
  Probe probe_{metrics_, "sum", "1"};
  const std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
  bool at_once_ = false;
  bool throws_ = false;
  std::vector<Answer> answers_;
  Sequencer sequencer_{options(),
                       [this](Job job) {
                         if (std::exchange(throws_, false)) throw std::bad_alloc();
                         if (at_once_) return run_job(std::move(job));
                         waiting_.push_back(std::move(job));
                       },
                       probe_, [] { return the_time; }};
  std::deque<Job> waiting_;  // those that are left end before the sequencer
};

}  // namespace slipway::scheduler
