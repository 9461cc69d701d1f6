#include "scheduler/answer_order.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/once.hpp"
#include "scheduler/answer.hpp"

namespace slipway::scheduler {

namespace {

bool never_ran(const core::Result<core::Response>& result) {
  if (result) return false;
  switch (result.error().code()) {
    case core::Code::cancelled:
    case core::Code::deadline_exceeded:
    case core::Code::resource_exhausted:
    case core::Code::unavailable: return true;
    default: return false;
  }
}

}  // namespace

bool AnswerOrder::enter(Job& job) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (places_.size() >= most_ && !job.has_waited) return false;
    number = first_ + places_.size();
    places_.emplace_back();
  }
  job.done = core::once<core::Response>(
      [this, number, done = std::move(job.done)](core::Result<core::Response> result) mutable {
        leave(number, std::move(done), std::move(result));
      });
  return true;
}

void AnswerOrder::leave(std::uint64_t number, core::Completion done, core::Result<core::Response> result) {
  std::optional<Answer> in_its_turn;
  if (never_ran(result)) {
    complete(done, std::move(result));
  } else {
    in_its_turn.emplace(std::move(done), std::move(result));
  }
  {
    const std::lock_guard lock(mutex_);
    Place& place = places_[static_cast<std::size_t>(number - first_)];
    place.is_open = false;
    place.answer = std::move(in_its_turn);
    if (someone_releases_) return;
    someone_releases_ = true;
  }
  release();
}

void AnswerOrder::release() {
  std::unique_lock lock(mutex_);
  while (!places_.empty() && !places_.front().is_open) {
    std::optional<Answer> answer = std::move(places_.front().answer);
    places_.pop_front();
    ++first_;
    if (!answer) continue;
    lock.unlock();
    complete(answer->done, std::move(answer->result));
    answer.reset();  // a completion's end may be as long as itself
    lock.lock();
  }
  someone_releases_ = false;
}

core::Error held_up(std::string_view model) {
  return {core::Code::resource_exhausted,
          fmt::format(R"(model "{}": too many answers wait for an earlier request's, since preserve_ordering keeps )"
                      "their order; try again later, or raise queue_limit",
                      model)};
}

}  // namespace slipway::scheduler
