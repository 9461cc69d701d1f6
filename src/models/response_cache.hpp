#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/tensor.hpp"
#include "models/sha256.hpp"
#include "scheduler/job.hpp"

namespace slipway::models {

/// Answers of models that ask for it (`response_cache`), by what was asked: the same inputs give the same outputs, and
/// need not be computed again. One for all models, of a bounded size; what was used longest ago goes first. Owned by
/// the registry; safe from any thread.
class ResponseCache {
 public:
  /// SHA-256 of a loaded version, the types, shapes and bytes of a job's inputs, which stand in the model's order, and
  /// the outputs it wants, in whatever order.
  using Key = Sha256::Hash;

  explicit ResponseCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// A number for one loaded version: what another load of the same model answered is not its answer.
  std::uint64_t new_owner();
  /// Nothing when OpenSSL cannot compute it.
  static std::optional<Key> key_of(std::uint64_t owner, const scheduler::Job& job);

  /// Copies of the outputs that were given, in the order of insert().
  std::optional<std::vector<core::Tensor>> find(const Key& key);
  /// Keeps copies. Outputs of more than a quarter of the cache are not kept: they would put out everything else.
  void insert(std::uint64_t owner, const Key& key, const std::vector<core::Tensor>& outputs);
  /// Lets go of what a version answered that is gone.
  void forget(std::uint64_t owner);

  std::size_t bytes() const;

 private:
  struct Entry {
    Key key;
    std::uint64_t owner = 0;
    /// Shared with who copies it while the lock is free and it may go.
    std::shared_ptr<const std::vector<core::Tensor>> outputs;
    std::size_t bytes = 0;
  };
  using Entries = std::list<Entry>;  // the latest used in front
  void erase(Entries::iterator entry);

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::map<Key, Entries::iterator> by_key_;
  std::size_t bytes_ = 0;
  std::uint64_t owners_ = 0;
};

}  // namespace slipway::models
