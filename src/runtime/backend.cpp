#include "runtime/backend.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "runtime/abi.hpp"
#include "runtime/model.hpp"

namespace slipway::runtime {

using core::Code;

namespace {

void log_from_backend(void* context, slipway_log_level level, const char* message) {
  constexpr std::array levels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};
  const auto index = std::min<std::size_t>(static_cast<std::size_t>(level), levels.size() - 1);
  spdlog::log(levels.at(index), "backend {}: {}", *static_cast<const std::string*>(context), text_from(message));
}

/// slipway_model_config with what its pointers point to.
struct Config {
  explicit Config(const LoadOptions& options) : path(options.path.string()) {
    for (const auto& [key, value] : options.options) pairs.push_back({key.c_str(), value.c_str()});
    table.struct_size = sizeof table;
    table.path = path.c_str();
    table.format = options.format.c_str();
    table.device = options.device.c_str();
    table.instances = options.instances;
    table.threads = options.threads;
    table.options = pairs.data();
    table.option_count = static_cast<std::uint32_t>(pairs.size());
  }
  std::string path;
  std::vector<slipway_key_value> pairs;
  slipway_model_config table{};
};

/// Whether every function is there; a table with a hole would be called into address 0 much later.
bool whole(const slipway_backend& table) {
  return table.name != nullptr && table.open != nullptr && table.close != nullptr && table.info != nullptr &&
         table.can_load != nullptr && table.model_load != nullptr && table.model_unload != nullptr &&
         table.model_info != nullptr && table.instance_create != nullptr && table.instance_destroy != nullptr &&
         table.instance_run != nullptr;
}

/// The table that `library` exports, checked.
core::Result<const slipway_backend*> table_of(const std::filesystem::path& library) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    std::string reason = dlerror();  // "PATH: what is wrong"
    if (const std::string prefix = library.string() + ": "; reason.starts_with(prefix)) reason.erase(0, prefix.size());
    return core::fail(Code::failed_precondition, "cannot be loaded: " + reason);
  }
  const auto entry = reinterpret_cast<slipway_backend_entry_fn>(dlsym(handle, "slipway_backend_entry"));
  if (entry == nullptr)
    return core::fail(Code::failed_precondition, "is no backend: it exports no slipway_backend_entry");
  const slipway_backend* table = entry(SLIPWAY_BACKEND_ABI_VERSION);
  if (table == nullptr || table->abi_version != SLIPWAY_BACKEND_ABI_VERSION) {
    return core::fail(
        Code::failed_precondition,
        fmt::format("does not speak version {} of the backend ABI{}; build it with the slipway/backend.h of this "
                    "program",
                    SLIPWAY_BACKEND_ABI_VERSION,
                    table == nullptr ? "" : fmt::format(", but version {}", table->abi_version)));
  }
  if (table->struct_size < sizeof *table || !whole(*table))
    return core::fail(Code::failed_precondition,
                      "has a slipway_backend table that is not whole: struct_size, name and every function are needed");
  return table;
}

core::Result<BackendInfo> info_of(const slipway_backend& table, slipway_backend_state* state) {
  const slipway_backend_info* given = table.info(state);
  if (given == nullptr) return core::fail(Code::internal, "says nothing of itself: info gave NULL");
  BackendInfo info;
  info.runtime_name = text_from(given->runtime_name);
  info.runtime_version = text_from(given->runtime_version);
  info.runtime_path = text_from(given->runtime_path);
  for (const slipway_device& device : std::span(given->devices, given->device_count))
    info.devices.emplace_back(text_from(device.name), text_from(device.description));
  for (const char* format : std::span(given->formats, given->format_count)) info.formats.push_back(text_from(format));
  return info;
}

}  // namespace

core::Result<std::shared_ptr<Backend>> Backend::open(const std::filesystem::path& library) {
  const auto table = table_of(library);
  if (!table) return std::unexpected(table.error().within(fmt::format("backend {}", library.string())));
  std::shared_ptr<Backend> backend(new Backend());
  backend->info_.name = (*table)->name;
  backend->backend_dir_ = std::filesystem::absolute(library).parent_path().string();
  backend->host_ = {.struct_size = sizeof(slipway_host),
                    .context = &backend->info_.name,
                    .log = log_from_backend,
                    .backend_dir = backend->backend_dir_.c_str()};
  const std::string where = fmt::format("backend {}", (*table)->name);
  const auto opened = call(
      (*table)->name, [&](slipway_error* error) { return (*table)->open(&backend->host_, &backend->state_, error); });
  if (!opened) return std::unexpected(opened.error().within(where));
  backend->table_ = *table;

  auto info = info_of(**table, backend->state_);
  if (!info) return std::unexpected(info.error().within(where));
  // the name keeps its place: the host's context points to it
  info->name = backend->info_.name;
  info->library = library;
  backend->info_ = std::move(*info);
  return backend;
}

Backend::~Backend() {
  if (table_ != nullptr) table_->close(state_);
  // The library stays mapped: runtimes leave threads and thread-local destructors behind that point into it.
}

core::Result<void> Backend::can_load(const LoadOptions& options) const {
  const Config config(options);
  return call(name(), [&](slipway_error* error) { return table_->can_load(state_, &config.table, error); });
}

core::Result<std::shared_ptr<Model>> Backend::load(const LoadOptions& options) {
  const Config config(options);
  slipway_model* handle = nullptr;
  TRY_VOID(
      call(name(), [&](slipway_error* error) { return table_->model_load(state_, &config.table, &handle, error); }));
  if (handle == nullptr)
    return core::fail(Code::internal, fmt::format("backend {} said that it loaded the model, but gave none", name()));
  return Model::describe(shared_from_this(), handle, options);
}

}  // namespace slipway::runtime
