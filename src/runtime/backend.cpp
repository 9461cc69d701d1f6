#include "runtime/backend.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "runtime/model.hpp"

namespace slipway::runtime {

using core::Code;

namespace {

void log_from_backend(void* context, slipway_log_level level, const char* message) {
  constexpr std::array levels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};
  const auto index = std::min<std::size_t>(static_cast<std::size_t>(level), levels.size() - 1);
  spdlog::log(levels.at(index), "{}: {}", *static_cast<const std::string*>(context), message);
}

core::Error error_of(slipway_code code, const slipway_error& error) {
  const std::string_view text(error.message, strnlen(error.message, SLIPWAY_ERROR_CAPACITY));
  return {static_cast<Code>(code), text.empty() ? std::string("the backend failed and did not say why") : std::string(text)};
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

core::TensorInfo info_from(const slipway_tensor_info& info) {
  core::TensorInfo out;
  out.name = info.name;
  out.dtype = static_cast<core::DataType>(info.dtype);
  out.shape.assign(info.dims, info.dims + info.rank);
  if (info.dim_names != nullptr) {
    for (std::uint32_t i = 0; i < info.rank; ++i)
      out.dim_names.emplace_back(info.dim_names[i] == nullptr ? "" : info.dim_names[i]);
  }
  return out;
}

}  // namespace

core::Result<std::shared_ptr<Backend>> Backend::open(const std::filesystem::path& library) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    return core::fail(Code::failed_precondition, fmt::format("backend {}: {}", library.string(), dlerror()));
  std::shared_ptr<Backend> backend(new Backend());
  backend->handle_ = handle;
  const auto entry = reinterpret_cast<slipway_backend_entry_fn>(dlsym(handle, "slipway_backend_entry"));
  if (entry == nullptr) {
    return core::fail(Code::failed_precondition,
                      fmt::format("backend {}: exports no slipway_backend_entry", library.string()));
  }
  const slipway_backend* table = entry(SLIPWAY_BACKEND_ABI_VERSION);
  if (table == nullptr || table->abi_version != SLIPWAY_BACKEND_ABI_VERSION || table->struct_size < sizeof *table) {
    return core::fail(Code::failed_precondition,
                      fmt::format("backend {}: does not speak version {} of the plug-in ABI; build it against this "
                                  "program's slipway/backend.h",
                                  library.string(), SLIPWAY_BACKEND_ABI_VERSION));
  }
  backend->info_.name = table->name;
  backend->info_.library = library;
  backend->backend_dir_ = std::filesystem::absolute(library).parent_path().string();
  backend->host_ = {.struct_size = sizeof(slipway_host),
                    .context = &backend->info_.name,
                    .log = log_from_backend,
                    .backend_dir = backend->backend_dir_.c_str()};
  slipway_error error{};
  if (const auto code = table->open(&backend->host_, &backend->state_, &error); code != SLIPWAY_OK)
    return std::unexpected(error_of(code, error).within(fmt::format("backend {}", table->name)));
  backend->table_ = table;

  const slipway_backend_info* info = table->info(backend->state_);
  backend->info_.runtime_name = info->runtime_name;
  backend->info_.runtime_version = info->runtime_version;
  backend->info_.runtime_path = info->runtime_path;
  for (std::uint32_t i = 0; i < info->device_count; ++i)
    backend->info_.devices.emplace_back(info->devices[i].name, info->devices[i].description);
  for (std::uint32_t i = 0; i < info->format_count; ++i) backend->info_.formats.emplace_back(info->formats[i]);
  return backend;
}

Backend::~Backend() {
  if (table_ != nullptr) table_->close(state_);
  // The library stays mapped: runtimes leave threads and thread-local destructors behind that point into it.
}

core::Result<void> Backend::can_load(const LoadOptions& options) const {
  const Config config(options);
  slipway_error error{};
  if (const auto code = table_->can_load(state_, &config.table, &error); code != SLIPWAY_OK)
    return std::unexpected(error_of(code, error));
  return {};
}

core::Result<std::shared_ptr<Model>> Backend::load(const LoadOptions& options) {
  const Config config(options);
  slipway_error error{};
  std::shared_ptr<Model> model(new Model());
  model->backend_ = shared_from_this();
  model->options_ = options;
  if (const auto code = table_->model_load(state_, &config.table, &model->handle_, &error); code != SLIPWAY_OK)
    return std::unexpected(error_of(code, error));
  const slipway_model_info* info = table_->model_info(model->handle_);
  for (std::uint32_t i = 0; i < info->input_count; ++i) model->inputs_.push_back(info_from(info->inputs[i]));
  for (std::uint32_t i = 0; i < info->output_count; ++i) model->outputs_.push_back(info_from(info->outputs[i]));
  for (std::uint32_t i = 0; i < info->metadata_count; ++i)
    model->metadata_.emplace_back(info->metadata[i].key, info->metadata[i].value);
  return model;
}

}  // namespace slipway::runtime
