#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <vector>

#include "core/clock.hpp"
#include "scheduler/reader.hpp"

namespace slipway::scheduler {

/// How much of a reading thread's time the runs of one model may take, so that a flood on it does not keep the requests
/// of other models from being read: a quarter, in portions of a quarter of a millisecond, on threads that have read
/// another model's requests within the last tenth of a second; all of it on others. One for each model; each reader
/// keeps to its own part of it.
///
///   share.read(this_reader(), now);
///   if (share.allows(this_reader(), now)) { …run…; share.spent(this_reader(), end, end - now); }
class ReaderShare {
 public:
  /// The reader has a request of this model.
  void read(Reader& reader, core::TimePoint now) const {
    if (reader.last_model == this) return;
    if (reader.last_model != nullptr) reader.changed = now;
    reader.last_model = this;
  }
  bool allows(const Reader& reader, core::TimePoint now) const {
    return now - reader.changed > alone_after || part(reader).load(std::memory_order_relaxed) <= now + portion;
  }
  void spent(const Reader& reader, core::TimePoint now, core::Duration duration) {
    auto& until = part(reader);
    until.store(std::max(until.load(std::memory_order_relaxed), now) + parts * duration, std::memory_order_relaxed);
  }

 private:
  static constexpr int parts = 4;
  static constexpr core::Duration portion = std::chrono::milliseconds(1);  ///< of time, so a quarter of it for runs
  static constexpr core::Duration alone_after = std::chrono::milliseconds(100);

  /// When the time that was spent is made up for. On a line of its own: readers would slow each other down.
  struct alignas(64) Part {
    std::atomic<core::TimePoint> until{};
  };
  std::atomic<core::TimePoint>& part(const Reader& reader) { return parts_[reader.number % parts_.size()].until; }
  const std::atomic<core::TimePoint>& part(const Reader& reader) const {
    return parts_[reader.number % parts_.size()].until;
  }
  std::vector<Part> parts_ = std::vector<Part>(32);  ///< where there are more readers, some share theirs
};

}  // namespace slipway::scheduler
