#include "scheduler/batch_cost.hpp"

#include <algorithm>
#include <bit>

namespace slipway::scheduler {

namespace {

/// How many runs of a class make its mean believed.
constexpr std::uint64_t enough_runs = 3;
constexpr std::uint64_t trial_every = 32;
constexpr std::uint64_t trial_of_unknown_every = 8;
constexpr std::uint64_t trial_of_unworthy_every = 256;
/// What a larger batch has to be better by.
constexpr double worth_it = 0.9;
/// A run that takes longer than this times the mean was most likely kept waiting by something else.
constexpr double most_surprise = 4;
/// What it costs to have another instance's thread wake up and take its part.
constexpr double wake_up_ns = 50'000;

/// How much of a new value goes into a mean: an eighth, and more the longer the class was not seen. A shorter time is
/// believed sooner, for what disturbs a run only ever makes it longer.
double weight(std::uint64_t batches_since, bool is_shorter) {
  return std::clamp(static_cast<double>(batches_since) / 128, is_shorter ? 1.0 / 4 : 1.0 / 8, 1.0 / 2);
}

core::Duration duration_of(double ns) {
  return std::chrono::duration_cast<core::Duration>(std::chrono::duration<double, std::nano>(ns));
}

}  // namespace

bool BatchCost::saves(const SizeClass& small, const SizeClass& large) {
  return large.ns - small.ns < worth_it * (large.rows - small.rows) * small.ns / small.rows;
}

std::size_t BatchCost::class_of(std::int64_t rows) {
  const auto above = static_cast<std::uint64_t>(std::max<std::int64_t>(rows, 1) - 1);
  return std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(above)), classes - 1);
}

BatchCost::Mean BatchCost::ran(std::int64_t rows, core::Duration duration) {
  const auto size = static_cast<double>(std::max<std::int64_t>(rows, 1));
  const auto ns = static_cast<double>(std::max<std::int64_t>(core::nanoseconds(duration), 1));
  const std::size_t number = class_of(rows);
  const std::lock_guard lock(mutex_);
  SizeClass& known = classes_[number];
  ++batches_;
  if (known.runs == 0 || (known.runs < enough_runs && ns < known.ns)) {
    known.rows = size;  // the first runs of a size pay for what a runtime prepares for it
    known.ns = ns;
  } else if (known.runs >= enough_runs) {
    const double part = weight(batches_ - known.last, ns < known.ns);
    known.rows += part * (size - known.rows);
    known.ns += part * (std::min(ns, most_surprise * known.ns) - known.ns);
  }
  ++known.runs;
  known.last = batches_;
  return {most_rows(number), duration_of(known.ns)};
}

double BatchCost::expected_ns(std::int64_t rows) const {
  const auto size = static_cast<double>(rows);
  const SizeClass* below = nullptr;
  for (const SizeClass& known : classes_) {
    if (known.runs == 0) continue;
    if (known.rows >= size) {
      if (below == nullptr) return known.ns;
      const double part = (size - below->rows) / (known.rows - below->rows);
      return below->ns + part * (known.ns - below->ns);
    }
    below = &known;
  }
  return below == nullptr ? 0 : below->ns * size / below->rows;
}

std::optional<core::Duration> BatchCost::expected(std::int64_t rows) const {
  const std::lock_guard lock(mutex_);
  if (batches_ == 0) return std::nullopt;
  return duration_of(expected_ns(rows));
}

std::int64_t BatchCost::rows_within(core::Duration limit, std::int64_t most) const {
  const auto most_ns = static_cast<double>(core::nanoseconds(limit));
  std::int64_t rows = 1;
  const std::lock_guard lock(mutex_);
  while (rows < most && expected_ns(std::min(2 * rows, most)) <= most_ns) rows = std::min(2 * rows, most);
  return rows;
}

double BatchCost::time_for_all(const Waiting& waiting, std::int64_t batch) const {
  if (batch >= waiting.rows) return expected_ns(waiting.rows);
  const auto instances = static_cast<std::int64_t>(waiting.idle) + 1;
  const std::int64_t share = (waiting.rows + instances - 1) / instances;
  const double wake_up = waiting.idle == 0 ? 0 : wake_up_ns;
  if (batch >= share) return expected_ns(batch) + wake_up;
  const std::int64_t whole = share / batch;
  const std::int64_t rest = share % batch;
  return static_cast<double>(whole) * expected_ns(batch) + (rest == 0 ? 0 : expected_ns(rest)) + wake_up;
}

std::int64_t BatchCost::best(const Waiting& waiting, std::int64_t most) const {
  std::int64_t chosen = 1;
  double time = time_for_all(waiting, 1);
  const auto consider = [&](std::int64_t rows) {
    const double other = time_for_all(waiting, rows);
    if (other >= worth_it * time) return;
    chosen = rows;
    time = other;
  };
  const auto instances = static_cast<std::int64_t>(waiting.idle) + 1;
  const std::int64_t share = (waiting.rows + instances - 1) / instances;
  for (std::int64_t rows = 2; rows / 2 < most; rows *= 2) {
    if (share > rows / 2 && share < std::min(rows, most)) consider(share);
    consider(std::min(rows, most));
  }
  // one batch that is done hardly later than parts at the same time leaves the other instances to who comes next
  if (waiting.idle != 0 && most == waiting.rows && worth_it * expected_ns(most) <= time) return most;
  return chosen;
}

std::size_t BatchCost::first_unknown(std::size_t from) const {
  while (from < classes && classes_[from].runs >= enough_runs) ++from;
  return from;
}

std::int64_t BatchCost::to_try(std::int64_t least, std::int64_t most, std::int64_t usual) {
  const std::size_t smallest = class_of(least);
  const std::size_t largest = class_of(most);
  if (classes_[largest].runs < enough_runs) return most;
  const bool all_known = first_unknown(smallest) >= largest;
  if (++since_trial_ < (all_known ? trial_every : trial_of_unknown_every)) return usual;
  since_trial_ = 0;
  for (std::size_t i = smallest; i <= largest; ++i) {
    next_trial_ = next_trial_ >= largest || next_trial_ < smallest ? smallest : next_trial_ + 1;
    if (next_trial_ == class_of(usual) || (!all_known && classes_[next_trial_].runs >= enough_runs)) continue;
    return std::min(most_rows(next_trial_), most);
  }
  return usual;
}

BatchCost::Choice BatchCost::to_learn(std::int64_t least, std::int64_t most, std::int64_t usual) {
  const std::size_t smallest = class_of(least);
  const std::size_t number = first_unknown(smallest);
  if (number > class_of(most)) return {.rows = usual};
  const bool goes_on = number < smallest + 2 || saves(classes_[number - 2], classes_[number - 1]);
  if (++since_learned_ < (goes_on ? trial_of_unknown_every : trial_of_unworthy_every)) return {.rows = usual};
  since_learned_ = 0;
  // now and then what ended the learning once more: it may have been disturbed, or have changed
  return {.rows = std::min(most_rows(goes_on ? number : number - 1), most), .to_learn = true};
}

BatchCost::Choice BatchCost::rows_to_take(const Waiting& waiting) {
  const std::int64_t most = std::min(waiting.rows, waiting.most);
  if (most <= 1) return {};
  const std::lock_guard lock(mutex_);
  if (batches_ == 0) return {.rows = waiting.time_left == forever ? most : 1};
  const std::int64_t usual = best(waiting, most);
  const std::int64_t trial = to_try(waiting.least, most, usual);
  if (trial == usual || waiting.time_left == forever) return {.rows = trial};
  // those that a small batch leaves behind run after it: their time has to be left too
  const bool in_time = duration_of(expected_ns(trial) + expected_ns(most)) <= waiting.time_left;
  return in_time ? Choice{.rows = trial} : to_learn(waiting.least, most, usual);
}

}  // namespace slipway::scheduler
