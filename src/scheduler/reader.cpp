#include "scheduler/reader.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>

#include "core/turn.hpp"

namespace slipway::scheduler {

namespace {

std::size_t next_number() {
  static std::atomic<std::size_t> readers{0};
  return readers.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

Reader::Reader() : number(next_number()) {}

bool Reader::hold(Holder& holder, JobList& job, std::int64_t most) {
  const core::EndOfTurn& at_end = core::end_of_turn();
  if (!at_end || (held_.empty() && !company_.is_expected())) return false;
  auto held = std::ranges::find(held_, &holder, &Held::holder);
  if (held == held_.end()) {
    held_.push_back({.holder = &holder, .jobs = {}});
    held = std::prev(held_.end());
    holder.will_hold();
  }
  held->rows += job.front().rows;
  held->jobs.splice(held->jobs.end(), job);
  if (held->rows >= most && ending_.empty()) {
    end_turn();
  } else if (!end_awaited_) {
    at_end([] {
      this_reader().end_awaited_ = false;
      this_reader().end_turn();
    });
    end_awaited_ = true;
  }
  return true;
}

void Reader::end_turn() {
  if (held_.empty() || !ending_.empty()) return;
  ending_.swap(held_);
  company_.seen(std::ranges::any_of(ending_, [](const Held& held) { return held.jobs.size() > 1; }));
  // those of a model that few ask do not wait for the batch of one that many do
  std::ranges::sort(ending_, {}, [](const Held& held) { return held.jobs.size(); });
  for (Held& held : ending_) held.holder->run_held(held.jobs);
  ending_.clear();
}

Reader& this_reader() {
  thread_local Reader reader;
  return reader;
}

}  // namespace slipway::scheduler
