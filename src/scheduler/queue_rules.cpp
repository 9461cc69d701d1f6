#include "scheduler/queue_rules.hpp"

#include <algorithm>

namespace slipway::scheduler {

const config::QueuePolicy* QueueRules::policy_of(std::uint32_t level) const {
  const auto own = spec_.policies.find(level);
  if (own != spec_.policies.end()) return &own->second;
  return spec_.default_policy ? &*spec_.default_policy : nullptr;
}

void QueueRules::apply(Job& job) const {
  if (job.priority == 0 || job.priority > spec_.levels) job.priority = spec_.default_level;
  const config::QueuePolicy* policy = policy_of(job.priority);
  core::Duration timeout = policy == nullptr ? core::Duration::zero() : policy->default_timeout;
  const bool own_holds = policy == nullptr || policy->allow_timeout_override;
  if (own_holds && job.timeout > core::Duration::zero())
    timeout = timeout == core::Duration::zero() ? job.timeout : std::min(timeout, job.timeout);
  if (timeout == core::Duration::zero()) return;
  const core::TimePoint end = job.request.received + timeout;
  if (policy != nullptr && policy->delay_on_timeout) {
    job.late_at = end;
  } else {
    job.request.deadline = std::min(job.request.deadline, end);
  }
}

std::size_t QueueRules::most_waiting(std::uint32_t level) const {
  const config::QueuePolicy* policy = policy_of(level);
  return policy == nullptr ? 0 : policy->max_queue_size;
}

}  // namespace slipway::scheduler
