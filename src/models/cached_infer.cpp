#include "models/cached_infer.hpp"

#include <utility>

#include "core/clock.hpp"
#include "scheduler/answer.hpp"
#include "scheduler/output_order.hpp"

namespace slipway::models {

void infer_cached(const CacheDoor& door, scheduler::Job job, scheduler::Probe& probe,
                  const std::function<void(scheduler::Job)>& submit) {
  const core::TimePoint begin = core::now();
  const auto key = ResponseCache::key_of(door.owner, job);
  if (!key) return submit(std::move(job));
  if (auto outputs = door.cache.find(*key)) {
    scheduler::order_outputs(*outputs, job.request.outputs);
    core::Response response{.model = door.model,
                            .version = door.version,
                            .id = std::move(job.request.id),
                            .outputs = *std::move(outputs),
                            .timing = {}};
    probe.cache_hit(core::now() - begin);
    return scheduler::answer(job, std::move(response), {}, probe);
  }
  const core::Duration looked = core::now() - begin;
  job.done = [&cache = door.cache, owner = door.owner, key = *key, looked, &probe,
              done = std::move(job.done)](core::Result<core::Response> result) mutable {
    if (result) {
      const core::TimePoint computed = core::now();
      cache.insert(owner, key, result->outputs);
      probe.cache_miss(looked + (core::now() - computed));
    }
    done(std::move(result));
  };
  submit(std::move(job));
}

}  // namespace slipway::models
