#include "models/cached_infer.hpp"

#include <cstdint>
#include <new>
#include <utility>

#include "core/clock.hpp"
#include "scheduler/answer.hpp"
#include "scheduler/output_order.hpp"

namespace slipway::models {

namespace {

/// The outputs that a job wants in the order in which it wants them.
std::vector<std::string> names_wanted(const CacheDoor& door, const scheduler::Job& job) {
  if (!job.request.outputs.empty()) return job.request.outputs;
  std::vector<std::string> names;
  names.reserve(job.outputs.size());
  for (const std::uint32_t output : job.outputs) names.push_back(door.outputs[output]);
  return names;
}

}  // namespace

void infer_cached(const CacheDoor& door, scheduler::Job job, scheduler::Probe& probe,
                  const std::function<void(scheduler::Job)>& submit) {
  if (door.order && !door.order->enter(job))
    return scheduler::answer(job, std::unexpected(scheduler::held_up(door.model)), {}, probe);
  const core::TimePoint begin = core::now();
  const auto key = ResponseCache::key_of(door.owner, job);
  if (!key) return submit(std::move(job));
  if (auto outputs = door.cache.find(*key)) {
    // they are in the order in which whoever was answered first had asked for them
    scheduler::order_outputs(*outputs, names_wanted(door, job));
    core::Response response{.model = door.model,
                            .version = door.version,
                            .id = std::move(job.request.id),
                            .outputs = *std::move(outputs),
                            .timing = {.taken = begin}};
    const core::TimePoint end = core::now();
    probe.cache_hit(end - begin, end - job.request.received);
    return scheduler::complete(job.done, std::move(response));
  }
  const core::Duration looked = core::now() - begin;
  job.done = [&cache = door.cache, owner = door.owner, key = *key, looked, &probe,
              done = std::move(job.done)](core::Result<core::Response> result) mutable {
    if (result) {
      const core::TimePoint computed = core::now();
      try {
        cache.insert(owner, key, result->outputs);
      } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): it is an answer, kept or not
      }
      probe.cache_miss(looked + (core::now() - computed));
    }
    done(std::move(result));
  };
  submit(std::move(job));
}

}  // namespace slipway::models
