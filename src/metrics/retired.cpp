#include "metrics/retired.hpp"

namespace slipway::metrics {

void Retired::began(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  ++things_[key].living;
  std::erase(gone_, key);
}

void Retired::ended(const std::string& key, Removes removes) {
  const std::scoped_lock lock(mutex_);
  Thing& thing = things_[key];
  thing.removes.merge(removes);
  if (--thing.living > 0) return;
  gone_.push_back(key);
  if (gone_.size() <= most_kept) return;
  const auto oldest = things_.find(gone_.front());
  for (const auto& [metric, remove] : oldest->second.removes) remove();
  things_.erase(oldest);
  gone_.pop_front();
}

}  // namespace slipway::metrics
