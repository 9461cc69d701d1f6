#include "scheduler/sequencer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "core/once.hpp"
#include "scheduler/answer.hpp"
#include "scheduler/batch_policy.hpp"

namespace slipway::scheduler {

namespace {

constexpr std::size_t most_id_bytes = 128;  // as in Triton

/// The sequence that this thread is running requests of: a request that is completed before its submit() returns is
/// followed by the next one there, not within its completion, or a long sequence would be a deep stack.
thread_local const void* running_here = nullptr;

class RunsHere {
 public:
  explicit RunsHere(const void* sequence) : outer_(std::exchange(running_here, sequence)) {}
  RunsHere(const RunsHere&) = delete;
  RunsHere& operator=(const RunsHere&) = delete;
  ~RunsHere() { running_here = outer_; }

 private:
  const void* outer_;
};

std::string text_of(const core::SequenceId& id) {
  if (const auto* number = std::get_if<std::uint64_t>(&id)) return std::to_string(*number);
  return fmt::format(R"("{}")", std::get<std::string>(id));
}

/// One element of a correlation id of that type, which check_id() has found to fit.
std::vector<std::byte> id_element(const core::SequenceId& id, core::DataType dtype) {
  std::vector<std::byte> element;
  const auto* number = std::get_if<std::uint64_t>(&id);
  if (dtype == core::DataType::bytes) {
    core::append_bytes_element(element, number != nullptr ? std::to_string(*number) : std::get<std::string>(id));
    return element;
  }
  element.resize(core::element_size(dtype));
  std::memcpy(element.data(), number, element.size());  // the lower bytes come first; the others are 0, it was checked
  return element;
}

/// The largest number that an id of that type can be.
std::uint64_t largest_id(core::DataType dtype) {
  switch (dtype) {
    case core::DataType::int32: return std::numeric_limits<std::int32_t>::max();
    case core::DataType::uint32: return std::numeric_limits<std::uint32_t>::max();
    case core::DataType::int64: return std::numeric_limits<std::int64_t>::max();
    default: return std::numeric_limits<std::uint64_t>::max();
  }
}

/// `element` as often as `shape`, with 1 for what is dynamic, has elements.
void fill_input(Job& job, const ControlInput& control, std::span<const std::byte> element) {
  core::TensorView& input = job.request.inputs[control.input];
  input.name = control.info.name;
  input.dtype = control.info.dtype;
  input.shape = control.info.shape;
  for (std::int64_t& dim : input.shape) dim = dim < 0 ? 1 : dim;
  const auto count = static_cast<std::size_t>(core::element_count(input.shape).value_or(1));
  core::Buffer bytes(count * element.size());
  for (std::size_t i = 0; i < count; ++i)
    std::memcpy(bytes.data() + i * element.size(), element.data(), element.size());
  input.bytes = std::as_const(job.request.storage.emplace_back(std::move(bytes))).bytes();
}

}  // namespace

Sequencer::Sequencer(SequenceOptions options, std::function<void(Job)> submit, Probe& probe, core::Clock clock)
    : options_(std::move(options)), submit_(std::move(submit)), probe_(probe), clock_(clock), lookout_(clock) {}

Sequencer::~Sequencer() {
  probe_.sequences(-told_open_);
  probe_.waiting_in_sequences(-told_waiting_);
}

void Sequencer::tell() {
  probe_.sequences(std::ssize(sequences_) - std::exchange(told_open_, std::ssize(sequences_)));
  const auto waiting = static_cast<std::ptrdiff_t>(waiting_);
  probe_.waiting_in_sequences(waiting - std::exchange(told_waiting_, waiting));
}

core::Error Sequencer::not_begun(const core::SequenceId& id) const {
  return {core::Code::invalid_argument,
          fmt::format("model \"{}\": sequence {} has not been begun, or is over: its first request must say "
                      "sequence_start, none may come later than {} ms after the one before, and loading the model "
                      "anew ends it",
                      options_.model, text_of(id),
                      std::chrono::duration_cast<std::chrono::milliseconds>(options_.max_idle).count())};
}

core::Result<void> Sequencer::check_id(const core::SequenceId& id) const {
  if (const auto* text = std::get_if<std::string>(&id); text != nullptr && text->size() > most_id_bytes)
    return core::invalid(fmt::format("model \"{}\": a sequence_id of {} bytes given, {} expected at most",
                                     options_.model, text->size(), most_id_bytes));
  for (const ControlInput& control : options_.controls) {
    const core::DataType dtype = control.info.dtype;
    if (control.kind != ControlInput::Kind::correlation_id || dtype == core::DataType::bytes) continue;
    const auto* number = std::get_if<std::uint64_t>(&id);
    if (number != nullptr && *number <= largest_id(dtype)) continue;
    return core::invalid(fmt::format(
        R"(model "{}": sequence_id {} given, but its input "{}" has the id as {}; a number up to {} expected)",
        options_.model, text_of(id), control.info.name, core::name_of(dtype), largest_id(dtype)));
  }
  return {};
}

void Sequencer::end_idle(core::TimePoint now) {
  if (now < next_sweep_) return;
  std::erase_if(sequences_, [&](const auto& entry) {
    const Sequence& sequence = *entry.second;
    return !sequence.running && sequence.waiting.empty() && now - sequence.last_used > options_.max_idle;
  });
  next_sweep_ = now + options_.max_idle / 4;
}

core::Result<std::shared_ptr<Sequencer::Sequence>> Sequencer::place_for(const Job& job) {
  const core::SequencePlace& place = *job.request.sequence;
  if (job.rows != 1)
    return core::invalid(
        fmt::format("model \"{}\": {} rows given, a request of a sequence has one", options_.model, job.rows));
  TRY_VOID(check_id(place.id));
  const core::TimePoint now = clock_();
  end_idle(now);
  const auto at = sequences_.find(place.id);
  if (at != sequences_.end()) {
    Sequence& sequence = *at->second;
    const bool idle = !sequence.running && sequence.waiting.empty();
    if (idle && now - sequence.last_used > options_.max_idle) sequence.over = true;
    if (idle && sequence.over && !place.start) return std::unexpected(not_begun(place.id));
    if (!idle && waiting_ >= options_.max_waiting) {
      return core::fail(core::Code::resource_exhausted,
                        fmt::format("model \"{}\": {} requests wait already for the one before them in their sequence; "
                                    "send the next when one was answered",
                                    options_.model, options_.max_waiting));
    }
    return at->second;
  }
  if (!place.start) return std::unexpected(not_begun(place.id));
  if (sequences_.size() >= options_.max_sequences) {
    next_sweep_ = now;
    end_idle(now);
  }
  if (sequences_.size() >= options_.max_sequences) {
    return core::fail(core::Code::resource_exhausted,
                      fmt::format("model \"{}\": {} sequences are open, the most it has; end one with sequence_end, or "
                                  "try again later",
                                  options_.model, options_.max_sequences));
  }
  const auto& begun = sequences_.emplace(place.id, std::make_shared<Sequence>()).first->second;
  return begun;
}

void Sequencer::add(Job job) {
  const core::SequenceId id = job.request.sequence->id;
  std::shared_ptr<Sequence> sequence;
  std::optional<core::Error> refused;
  bool nearer = false;
  JobList one;
  one.push_back(std::move(job));
  {
    const std::lock_guard lock(mutex_);
    one.front().queued = clock_();
    if (auto place = place_for(one.front()); place) {
      sequence = *std::move(place);
      const bool is_first = !sequence->running && sequence->waiting.empty();  // and is run below
      nearer = lookout_.watch(is_first ? core::no_deadline : one.front().request.deadline);
      one.front().has_waited = !is_first;
      sequence->waiting.emplace_back().swap(one);
      if (!is_first) {
        ++waiting_;
        crowded_.insert(sequence.get());
      }
    } else {
      refused = std::move(place).error();
    }
    tell();
  }
  if (refused) return refuse(one.front(), *std::move(refused));
  if (nearer) lookout_.wake();
  run_next(id, sequence);
}

void Sequencer::run_next(const core::SequenceId& id, const std::shared_ptr<Sequence>& sequence) {
  if (running_here == sequence.get()) return;  // the loop below, further up this stack, goes on
  const RunsHere runs(sequence.get());
  std::exception_ptr failure;
  for (bool goes_on = true; goes_on;) {
    try {
      goes_on = run_first(id, sequence);
    } catch (...) {  // which dropped one request, and not those that wait behind it
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

bool Sequencer::run_first(const core::SequenceId& id, const std::shared_ptr<Sequence>& sequence) {
  JobList one;
  core::SequencePlace place;
  std::vector<std::string> unasked;
  std::optional<core::Error> refused;
  bool dropped = false;
  core::TimePoint now;
  {
    const std::lock_guard lock(mutex_);
    if (sequence->running) return false;
    if (sequence->waiting.empty()) {
      const auto at = sequences_.find(id);
      if (sequence->over && at != sequences_.end() && at->second == sequence) sequences_.erase(at);
      tell();
      return false;
    }
    one = std::move(sequence->waiting.front());
    sequence->waiting.pop_front();
    if (sequence->waiting.empty()) crowded_.erase(sequence.get());
    if (one.empty() || one.front().request.sequence->start) sequence->over = true;  // until it has begun anew
    if (one.empty()) return true;
    if (one.front().has_waited) --waiting_;
    tell();
    place = *one.front().request.sequence;
    now = clock_();
    dropped = is_dropped(one.front(), now);
    if (dropped) {  // here, or each of them would wait for an instance by itself
      sequence->last_used = now;
    } else if (!place.start && sequence->over) {
      refused = not_begun(id);
    } else {
      unasked = fill(one.front(), *sequence);
      sequence->running = true;
    }
  }
  if (dropped) {
    answer_dropped(one, now, probe_);
  } else if (refused) {
    refuse(one.front(), *std::move(refused));
  } else {
    Job job = std::move(one.front());
    // outside the lock, as it is called there where there is no memory for it
    job.done = completion(std::move(place), sequence, std::move(unasked), std::move(job.done));
    submit_(std::move(job));
  }
  return true;
}

bool Sequencer::take_late(JobList& late, const std::stop_token& end) {
  std::unique_lock lock(mutex_);
  while (const auto now = lookout_.wait(lock, end)) {
    end_idle(*now);
    for (auto at = crowded_.begin(); at != crowded_.end();) {
      move_late(**at, late, *now);
      at = (*at)->waiting.empty() ? crowded_.erase(at) : std::next(at);
    }
    if (!sequences_.empty()) lookout_.watch(core::no_deadline);  // or nobody would see that they are idle
    tell();
    if (!late.empty()) return true;
  }
  return false;
}

void Sequencer::move_late(Sequence& sequence, JobList& late, core::TimePoint now) {
  bool behind_a_late_start = false;
  for (auto at = sequence.waiting.begin(); at != sequence.waiting.end();) {
    const auto next = std::next(at);
    if (!at->empty() && is_dropped(at->front(), now)) {
      const bool starts = at->front().request.sequence->start;
      if (at->front().has_waited) --waiting_;
      late.splice(late.end(), *at);
      if (!starts || behind_a_late_start) sequence.waiting.erase(at);
      behind_a_late_start = behind_a_late_start || starts;
    } else {
      const bool is_late_start = at->empty();
      if (!is_late_start) lookout_.watch(at->front().request.deadline);
      if (is_late_start && behind_a_late_start) sequence.waiting.erase(at);
      behind_a_late_start = is_late_start;
    }
    at = next;
  }
}

std::vector<std::string> Sequencer::fill(Job& job, Sequence& sequence) const {
  const core::SequencePlace& place = *job.request.sequence;
  if (place.start) {
    sequence.states.clear();
    for (const StateTensor& state : options_.states)
      sequence.states.push_back({state.initial_shape, core::Buffer::copy_of(state.initial)});
  }
  for (const ControlInput& control : options_.controls) {
    switch (control.kind) {
      case ControlInput::Kind::start:
        fill_input(job, control, place.start ? control.when_true : control.when_false);
        break;
      case ControlInput::Kind::end: fill_input(job, control, place.end ? control.when_true : control.when_false); break;
      case ControlInput::Kind::ready: fill_input(job, control, control.when_true); break;
      case ControlInput::Kind::correlation_id:
        fill_input(job, control, id_element(place.id, control.info.dtype));
        break;
    }
  }
  std::vector<std::string> unasked;
  for (std::size_t i = 0; i < options_.states.size(); ++i) {
    const StateTensor& state = options_.states[i];
    job.request.inputs[state.input] = {state.input_name, state.dtype, sequence.states[i].shape,
                                       std::as_const(sequence.states[i].bytes).bytes()};
    const auto at = std::ranges::lower_bound(job.outputs, state.output);
    if (at != job.outputs.end() && *at == state.output) continue;
    job.outputs.insert(at, state.output);
    unasked.push_back(state.output_name);
  }
  if (place.start) sequence.over = false;
  return unasked;
}

void Sequencer::take_states(Sequence& sequence, core::Response& response,
                            const std::vector<std::string>& unasked) const {
  std::vector<std::pair<std::size_t, State>> taken;  // all of them, or none where there is no memory
  for (std::size_t i = 0; i < options_.states.size(); ++i) {
    const auto output = std::ranges::find(response.outputs, options_.states[i].output_name, &core::Tensor::name);
    if (output == response.outputs.end()) continue;
    State& state = taken.emplace_back(i, State{output->shape, {}}).second;
    if (std::ranges::find(unasked, output->name) != unasked.end()) {
      state.bytes = std::move(output->data);
      response.outputs.erase(output);
    } else {
      state.bytes = core::Buffer::copy_of(std::as_const(output->data).bytes());
    }
  }
  for (auto& [i, state] : taken) sequence.states[i] = std::move(state);
}

core::Completion Sequencer::completion(core::SequencePlace place, std::shared_ptr<Sequence> sequence,
                                       std::vector<std::string> unasked, core::Completion done) {
  return core::once<core::Response>([this, place = std::move(place), sequence = std::move(sequence),
                                     unasked = std::move(unasked),
                                     done = std::move(done)](core::Result<core::Response> result) mutable {
    {
      const std::lock_guard lock(mutex_);
      sequence->running = false;
      try {
        if (result) take_states(*sequence, *result, unasked);  // one that failed leaves the states as they were
      } catch (const std::exception& error) {
        result = core::fail(core::Code::internal,
                            fmt::format("model \"{}\": the states of its sequence could not be kept: {}",
                                        options_.model, error.what()));
      }
      sequence->over = sequence->over || (result ? place.end : place.start);
      sequence->last_used = clock_();
    }
    try {
      done(std::move(result));
    } catch (...) {
      run_next(place.id, sequence);
      throw;
    }
    run_next(place.id, sequence);
  });
}

void Sequencer::refuse(Job& job, core::Error why) { answer(job, std::unexpected(std::move(why)), {}, probe_); }

}  // namespace slipway::scheduler
