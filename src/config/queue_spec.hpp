#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace slipway::config {

/// How requests of one priority wait (the schedule policy extension of Triton).
struct QueuePolicy {
  bool delay_on_timeout = false;                 ///< what is late goes behind the others of its level; else: refused
  std::chrono::microseconds default_timeout{0};  ///< 0: none
  bool allow_timeout_override = false;           ///< whether a request's own timeout holds, where it is shorter
  std::size_t max_queue_size = 0;                ///< 0: no bound of its own
};

/// Priorities from 1, the highest, to `levels`.
struct PrioritySpec {
  std::uint32_t levels = 0;         ///< 0: there are none
  std::uint32_t default_level = 0;  ///< of requests that name none
  std::optional<QueuePolicy> default_policy;
  std::map<std::uint32_t, QueuePolicy> policies;  ///< by level
};

/// How batches are made, beyond how large and how late they may be.
struct BatchingSpec {
  std::vector<std::int64_t> preferred_sizes;  ///< ascending: a batch of such a size does not wait for more
  std::optional<bool> preserve_ordering;      ///< answers in the order of the requests; default no
};

}  // namespace slipway::config
