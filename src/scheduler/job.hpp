#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

#include "core/request.hpp"

namespace slipway::scheduler {

/// A request that was admitted: its inputs stand in the model's order, shapes and sizes were checked, and the outputs
/// it wants are numbers. Moved from the front's thread to the instance's.
struct Job {
  core::Request request;
  std::vector<std::uint32_t> outputs;  ///< indexes into the model's outputs, ascending
  std::int64_t rows = 1;               ///< the first dimension where the model batches, else 1
  std::uint32_t priority = 0;          ///< as asked for, 0 for the default; in a queue with priorities its level
  core::Duration timeout{};            ///< the request's own, for a queue with policies to judge; 0: none
  core::TimePoint late_at = core::no_deadline;  ///< from when on others of its level go before
  bool is_late = false;                         ///< and they do
  bool has_waited = false;                      ///< in its sequence, so that no queue is too full for it
  core::TimePoint queued{};                     ///< set by who first has it wait: its sequence, or else the scheduler
  core::Completion done;
};

inline std::size_t input_bytes(const Job& job) {
  std::size_t bytes = 0;
  for (const core::TensorView& input : job.request.inputs) bytes += input.bytes.size();
  return bytes;
}

/// Jobs in the order they came. A list, because jobs are large and change hands under a lock: splicing moves a pointer.
using JobList = std::list<Job>;

}  // namespace slipway::scheduler
