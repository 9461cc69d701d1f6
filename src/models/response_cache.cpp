#include "models/response_cache.hpp"

#include <span>
#include <utility>

namespace slipway::models {

namespace {

/// What an entry takes besides its tensors' bytes: the list, the map and the descriptions.
constexpr std::size_t entry_overhead_bytes = 512;

std::vector<core::Tensor> copies_of(const std::vector<core::Tensor>& tensors) {
  std::vector<core::Tensor> copies;
  copies.reserve(tensors.size());
  for (const core::Tensor& tensor : tensors)
    copies.push_back({tensor.name, tensor.dtype, tensor.shape, core::Buffer::copy_of(tensor.data.bytes())});
  return copies;
}

std::size_t bytes_of(const std::vector<core::Tensor>& tensors) {
  std::size_t bytes = entry_overhead_bytes;
  for (const core::Tensor& tensor : tensors) bytes += tensor.data.size() + tensor.name.size();
  return bytes;
}

/// With its length before it, so that no two rows of parts are the same bytes.
template <class T>
void add_all(Sha256& hash, std::span<const T> values) {
  const std::uint64_t count = values.size();
  hash.add(std::as_bytes(std::span(&count, 1)));
  hash.add(std::as_bytes(values));
}

}  // namespace

std::uint64_t ResponseCache::new_owner() {
  const std::lock_guard lock(mutex_);
  return ++owners_;
}

std::optional<ResponseCache::Key> ResponseCache::key_of(std::uint64_t owner, const scheduler::Job& job) {
  Sha256 hash;
  hash.add(std::as_bytes(std::span(&owner, 1)));
  for (const core::TensorView& input : job.request.inputs) {
    hash.add(std::as_bytes(std::span(&input.dtype, 1)));
    add_all(hash, std::span<const std::int64_t>(input.shape.data(), input.shape.size()));
    add_all(hash, input.bytes);
  }
  add_all(hash, std::span<const std::uint32_t>(job.outputs));
  return hash.finish();
}

std::optional<std::vector<core::Tensor>> ResponseCache::find(const Key& key) {
  std::shared_ptr<const std::vector<core::Tensor>> outputs;
  {
    const std::lock_guard lock(mutex_);
    const auto at = by_key_.find(key);
    if (at == by_key_.end()) return std::nullopt;
    entries_.splice(entries_.begin(), entries_, at->second);
    outputs = at->second->outputs;
  }
  return copies_of(*outputs);
}

void ResponseCache::erase(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

void ResponseCache::insert(std::uint64_t owner, const Key& key, const std::vector<core::Tensor>& outputs) {
  const std::size_t bytes = bytes_of(outputs);
  if (bytes > most_bytes_ / 4) return;
  // all that may be refused memory comes before the first change
  Entries entry;
  entry.push_back({key, owner, std::make_shared<const std::vector<core::Tensor>>(copies_of(outputs)), bytes});
  const std::lock_guard lock(mutex_);
  if (by_key_.contains(key)) return;  // another request of the same inputs was quicker
  while (bytes_ + bytes > most_bytes_) erase(std::prev(entries_.end()));
  by_key_.emplace(key, entry.begin());
  entries_.splice(entries_.begin(), entry);
  bytes_ += bytes;
}

void ResponseCache::forget(std::uint64_t owner) {
  const std::lock_guard lock(mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->owner == owner) erase(entry);
    entry = next;
  }
}

std::size_t ResponseCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace slipway::models
