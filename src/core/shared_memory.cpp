#include "core/shared_memory.hpp"

#include <fmt/format.h>

#include <utility>

namespace slipway::core {

namespace {

constexpr std::size_t name_bytes_max = 1024;

}  // namespace

Result<void> SharedMemory::check_on() const {
  if (options_.on) return {};
  return fail(
      Code::unimplemented,
      "shared memory is switched off here: clients may use it where the server listens on the loopback alone, or was "
      "started with --shared-memory; send the data");
}

Result<void> SharedMemory::check_free(const std::string& name) const {
  if (const auto found = regions_.find(name); found != regions_.end()) {
    return fail(
        Code::already_exists,
        fmt::format(R"(shared memory region "{}" is already in manager, for the object "{}"; unregister it first)",
                    name, found->second->spec().key));
  }
  if (regions_.size() < options_.regions_max) return {};
  return fail(
      Code::resource_exhausted,
      fmt::format(R"(shared memory region "{}": {} are registered, the most that there may be; unregister some)", name,
                  regions_.size()));
}

Result<void> SharedMemory::add(RegionSpec spec) {
  TRY_VOID(check_on());
  if (spec.name.empty() || spec.name.size() > name_bytes_max)
    return invalid(fmt::format("a shared memory region's name of {} bytes given, 1 to {} expected", spec.name.size(),
                               name_bytes_max));
  const std::string name = spec.name;
  {
    const std::lock_guard lock(mutex_);
    TRY_VOID(check_free(name));
  }
  TRY(auto region, SharedRegion::open(std::move(spec)));
  const std::lock_guard lock(mutex_);
  TRY_VOID(check_free(name));
  regions_.emplace(name, std::move(region));
  return {};
}

void SharedMemory::remove(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = regions_.find(name); found != regions_.end()) regions_.erase(found);
}

void SharedMemory::remove_all() {
  const std::lock_guard lock(mutex_);
  regions_.clear();
}

Result<std::vector<RegionSpec>> SharedMemory::list(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  std::vector<RegionSpec> listed;
  if (name.empty()) {
    listed.reserve(regions_.size());
    for (const auto& [key, region] : regions_) listed.push_back(region->spec());
    return listed;
  }
  const auto found = regions_.find(name);
  if (found == regions_.end())
    return fail(Code::not_found, fmt::format(R"(no shared memory region "{}" is registered)", name));
  listed.push_back(found->second->spec());
  return listed;
}

Result<SharedSlice> SharedMemory::slice(std::string_view name, std::uint64_t offset_bytes,
                                        std::uint64_t size_bytes) const {
  TRY_VOID(check_on());
  std::shared_ptr<const SharedRegion> region;
  {
    const std::lock_guard lock(mutex_);
    const auto found = regions_.find(name);
    if (found != regions_.end()) region = found->second;
  }
  if (!region) return invalid(fmt::format(R"(no shared memory region "{}" is registered; register it first)", name));
  const std::uint64_t whole = region->spec().size_bytes;
  if (offset_bytes > whole || size_bytes > whole - offset_bytes) {
    return invalid(fmt::format(R"({} bytes from byte {} on, but the shared memory region "{}" has {})", size_bytes,
                               offset_bytes, name, whole));
  }
  return SharedSlice{std::move(region), offset_bytes, size_bytes};
}

}  // namespace slipway::core
