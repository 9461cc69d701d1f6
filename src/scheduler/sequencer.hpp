#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "config/sequence_spec.hpp"
#include "core/clock.hpp"
#include "core/request.hpp"
#include "core/tensor.hpp"
#include "scheduler/job.hpp"
#include "scheduler/lookout.hpp"
#include "scheduler/probe.hpp"

namespace slipway::scheduler {

/// An input that the server fills: whether a request begins or ends its sequence, that it is there, or whose it is.
struct ControlInput {
  using Kind = config::SequenceControl::Kind;
  std::uint32_t input = 0;  ///< into the model's
  Kind kind = Kind::start;
  core::TensorInfo info;
  std::vector<std::byte> when_false;  ///< one element
  std::vector<std::byte> when_true;
};

/// A state: what output `output` of one request of a sequence gives is input `input` of the next.
struct StateTensor {
  std::uint32_t input = 0;
  std::uint32_t output = 0;
  std::string input_name;
  std::string output_name;
  core::DataType dtype = core::DataType::fp32;
  core::Shape initial_shape;
  std::vector<std::byte> initial;
};

struct SequenceOptions {
  std::string model;                 ///< for the sentences
  core::Duration max_idle{};         ///< a sequence without requests for so long is over
  std::size_t max_sequences = 1024;  ///< open at one time
  std::size_t max_waiting = 1024;    ///< requests, of all sequences, that wait for the one before
  std::vector<ControlInput> controls;
  std::vector<StateTensor> states;
};

/// Runs the requests of each sequence in their order, one at a time, and keeps what the model wants to know of the ones
/// before; requests of different sequences run side by side and are batched as others are. One that fails, dropped
/// unrun or in its run, leaves its sequence as it was, so that it may be sent again: a failed end ends nothing. A
/// failed start begins nothing, and since it has forgotten what was before, what comes behind it is refused until
/// another start. Stands before the scheduler, and outlives the jobs it has submitted. Any thread may submit;
/// completions run where the scheduler's do.
class Sequencer {
 public:
  /// `submit` takes a job, to be run now or later; it is the scheduler's. `probe` is told how many sequences are open.
  Sequencer(SequenceOptions options, std::function<void(Job)> submit, Probe& probe, core::Clock clock = core::now);
  ~Sequencer();
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;

  /// Queues a job with `request.sequence`, whose inputs stand in the model's places; those of controls and states are
  /// filled here. Completed with invalid_argument when its sequence was not begun (or is over) or its id is too long or
  /// does not fit the input that the model has for it, resource_exhausted when there are too many sequences, or
  /// requests that wait for the one before them, deadline_exceeded or cancelled when it waited too long for it.
  void add(Job job);

  /// Waits until the deadline of something that waits for the one before it is over or it was cancelled, as a Lookout
  /// finds it, and hands that over to be answered; ends what is idle meanwhile. For a thread of its own. False when
  /// `end` asks for it. `late` comes empty.
  bool take_late(JobList& late, const std::stop_token& end);

 private:
  struct State {
    core::Shape shape;
    core::Buffer bytes;
  };
  struct Sequence {
    std::vector<State> states;
    /// Each of one job; of none where that was a start and came too late: what waits behind it is still to be refused.
    std::list<JobList> waiting;
    bool running = false;
    bool over = true;  ///< not begun, or its last request was answered
    core::TimePoint last_used{};
  };
  using Sequences = std::map<core::SequenceId, std::shared_ptr<Sequence>>;

  core::Result<std::shared_ptr<Sequence>> place_for(const Job& job);
  /// The model must be able to tell sequences apart by the id it is given.
  core::Result<void> check_id(const core::SequenceId& id) const;
  void end_idle(core::TimePoint now);
  /// The numbers of the open and of those that wait have changed, or may have; under the lock.
  void tell();
  void run_next(const core::SequenceId& id, const std::shared_ptr<Sequence>& sequence);
  /// Submits or refuses the request that waits first; false when there is none, or one of the sequence runs.
  bool run_first(const core::SequenceId& id, const std::shared_ptr<Sequence>& sequence);
  /// Sets the inputs of controls and states; the names of the states that the job's request did not ask for.
  std::vector<std::string> fill(Job& job, Sequence& sequence) const;
  /// Moves those out that must not run any more, and watches the others; under the lock.
  void move_late(Sequence& sequence, JobList& late, core::TimePoint now);
  void take_states(Sequence& sequence, core::Response& response, const std::vector<std::string>& unasked) const;
  core::Completion completion(core::SequencePlace place, std::shared_ptr<Sequence> sequence,
                              std::vector<std::string> unasked, core::Completion done);
  void refuse(Job& job, core::Error why);
  core::Error not_begun(const core::SequenceId& id) const;

  const SequenceOptions options_;
  const std::function<void(Job)> submit_;
  Probe& probe_;
  const core::Clock clock_;
  mutable std::mutex mutex_;
  Lookout lookout_;
  Sequences sequences_;
  std::size_t waiting_ = 0;          ///< in all of them
  std::set<Sequence*> crowded_;      ///< where anything waits
  std::ptrdiff_t told_open_ = 0;     ///< as the probe has it
  std::ptrdiff_t told_waiting_ = 0;  ///< likewise
  core::TimePoint next_sweep_{};
};

}  // namespace slipway::scheduler
