#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/response_cache.hpp"
#include "scheduler/answer_order.hpp"
#include "scheduler/job.hpp"
#include "scheduler/probe.hpp"

namespace slipway::models {

/// One version's way to the cache.
struct CacheDoor {
  ResponseCache& cache;
  std::uint64_t owner = 0;
  std::string model;
  std::string version;
  std::vector<std::string> outputs;                 ///< names, in the model's order
  std::unique_ptr<scheduler::AnswerOrder> order{};  ///< null where answers may overtake each other
};

/// Answers `job` from the cache, at once; or hands it to `submit`, and keeps what it is answered with. The probe counts
/// which it was, and an answer from the cache as a success. What there is no memory to keep is answered all the same.
/// Where the door has an order, either waits for its turn; resource_exhausted where too many do. Any thread.
void infer_cached(const CacheDoor& door, scheduler::Job job, scheduler::Probe& probe,
                  const std::function<void(scheduler::Job)>& submit);

}  // namespace slipway::models
