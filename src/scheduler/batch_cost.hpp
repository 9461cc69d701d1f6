#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "core/clock.hpp"

namespace slipway::scheduler {

/// What a model version's batches cost by their size, learned as they run, and from it how many of the rows that wait
/// an instance should take. Owned by the scheduler, shared by its instances and its queue; safe from any thread, and
/// short: it is asked while the queue is locked.
///
///   cost.ran(8, 12ms);                                                  // after each batch
///   cost.rows_to_take({.rows = 20, .most = 16, .idle = 1, .time_left = forever});
///
/// Sizes are kept in classes: 1, 2, up to 4, up to 8, … rows, each with a decayed mean of rows and time.
class BatchCost {
 public:
  struct Mean {
    std::int64_t rows = 0;  ///< the most rows of the class
    core::Duration duration{};
  };
  /// A batch of `rows` took that long in all: gathered, computed, parted. Gives its class and what that costs now. One
  /// run that was kept waiting by the machine moves the mean little; runs that stay different move it soon.
  Mean ran(std::int64_t rows, core::Duration duration);

  static constexpr core::Duration forever = core::Duration::max();

  /// What an instance that is free finds.
  struct Waiting {
    std::int64_t rows = 0;               ///< that wait and could be joined
    std::int64_t least = 1;              ///< rows of the first request: no batch has fewer
    std::int64_t most = 1;               ///< rows of one batch
    std::size_t idle = 0;                ///< other instances that could run a part of them now
    core::Duration time_left = forever;  ///< until the first of their deadlines
  };
  struct Choice {
    std::int64_t rows = 1;
    bool to_learn = false;  ///< whatever it may cost
  };
  /// How many rows one batch should have so that all that wait are done soonest; a larger batch has to be worth a tenth
  /// of that time, for what is measured is never exact. A size that was seldom seen is tried now and then, one batch in
  /// 32 (one in 8 while there are sizes of which nothing is known; at once, a few times, when as much waits as never
  /// before), and only where it costs no deadline. A size of which nothing is known might cost one by its estimate,
  /// which is the most that it can be: where deadlines leave no time for that, the smallest such size is tried in one
  /// of 8 at most, `to_learn`, as long as the added rows cost a tenth less each, and in one of 256 then; or a model
  /// that is always late would never be found to be quicker in batches.
  Choice rows_to_take(const Waiting& waiting);

  /// How long a batch of `rows` is likely to take: between sizes that were measured in proportion, beyond them at most
  /// as long. Nothing until one was measured.
  std::optional<core::Duration> expected(std::int64_t rows) const;

  /// How many rows, of 1, 2, 4, … and `most`, a batch may have that is likely to take no longer than `limit`; 1 where
  /// even that takes longer.
  std::int64_t rows_within(core::Duration limit, std::int64_t most) const;

 private:
  struct SizeClass {
    double rows = 0;
    double ns = 0;
    std::uint64_t runs = 0;
    std::uint64_t last = 0;  ///< which of all batches was the last of this class
  };
  static constexpr std::size_t classes = 16;  ///< the last is for all that is larger
  static std::size_t class_of(std::int64_t rows);
  /// Whether the rows that a larger batch has more cost a tenth less each than those of a smaller one.
  static bool saves(const SizeClass& small, const SizeClass& large);
  static std::int64_t most_rows(std::size_t size_class) { return std::int64_t{1} << size_class; }

  double expected_ns(std::int64_t rows) const;
  double time_for_all(const Waiting& waiting, std::int64_t batch) const;
  std::int64_t best(const Waiting& waiting, std::int64_t most) const;
  /// The first class, from that one on, of which too little is known; `classes` where there is none.
  std::size_t first_unknown(std::size_t from) const;
  std::int64_t to_try(std::int64_t least, std::int64_t most, std::int64_t usual);
  Choice to_learn(std::int64_t least, std::int64_t most, std::int64_t usual);

  mutable std::mutex mutex_;
  std::array<SizeClass, classes> classes_{};
  std::uint64_t batches_ = 0;        ///< that ran
  std::uint64_t since_trial_ = 0;    ///< decisions since another size than the best was tried
  std::size_t next_trial_ = 0;       ///< class that is tried next
  std::uint64_t since_learned_ = 0;  ///< decisions without time for what is not known, since such a size was tried
};

}  // namespace slipway::scheduler
