#include "models/response_cache.hpp"

#include <openssl/evp.h>

#include <memory>
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

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    good_ = context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
  }
  void add(std::span<const std::byte> bytes) {
    good_ = good_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
  }
  /// With its length before it, so that no two rows of parts are the same bytes.
  template <class T>
  void add_all(std::span<const T> values) {
    const std::uint64_t count = values.size();
    add(std::as_bytes(std::span(&count, 1)));
    add(std::as_bytes(values));
  }
  std::optional<ResponseCache::Key> finish() {
    ResponseCache::Key key{};
    unsigned int size = 0;
    auto* to = reinterpret_cast<unsigned char*>(key.data());
    if (!good_ || EVP_DigestFinal_ex(context_.get(), to, &size) != 1 || size != key.size()) return std::nullopt;
    return key;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  bool good_ = false;
};

}  // namespace

std::uint64_t ResponseCache::new_owner() {
  const std::lock_guard lock(mutex_);
  return ++owners_;
}

std::optional<ResponseCache::Key> ResponseCache::key_of(std::uint64_t owner, const scheduler::Job& job) {
  Sha256 digest;
  digest.add(std::as_bytes(std::span(&owner, 1)));
  for (const core::TensorView& input : job.request.inputs) {
    digest.add(std::as_bytes(std::span(&input.dtype, 1)));
    digest.add_all(std::span<const std::int64_t>(input.shape.data(), input.shape.size()));
    digest.add_all(input.bytes);
  }
  digest.add_all(std::span<const std::uint32_t>(job.outputs));
  return digest.finish();
}

std::optional<std::vector<core::Tensor>> ResponseCache::find(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, at->second);
  return copies_of(at->second->outputs);
}

void ResponseCache::erase(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

void ResponseCache::insert(std::uint64_t owner, const Key& key, const std::vector<core::Tensor>& outputs) {
  const std::size_t bytes = bytes_of(outputs);
  if (bytes > most_bytes_ / 4) return;
  Entry entry{key, owner, copies_of(outputs), bytes};
  const std::lock_guard lock(mutex_);
  if (by_key_.contains(key)) return;  // another request of the same inputs was quicker
  while (bytes_ + bytes > most_bytes_) erase(std::prev(entries_.end()));
  entries_.push_front(std::move(entry));
  by_key_.emplace(key, entries_.begin());
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
