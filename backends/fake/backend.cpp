// The plug-in for tests of everything above it: runs nothing, and fails or dawdles as its model's file says.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fake_model.hpp"
#include "slipway/backend.h"

namespace fake = slipway::fake;

struct slipway_backend_state {
  slipway_backend_info info{};
};

struct slipway_model {
  fake::FakeModel model;
  std::vector<std::vector<const char*>> dim_names;  ///< of the inputs, then of the outputs
  std::vector<slipway_tensor_info> inputs;
  std::vector<slipway_tensor_info> outputs;
  slipway_model_info info{};
};

struct slipway_instance {
  const fake::FakeModel& model;
  std::int64_t runs = 0;
};

namespace {

constexpr slipway_device cpu{"cpu", "no device is used"};
constexpr const char* format = "fake";

/// The ABI's view of `tensors`; the names of dimensions go to `names`, whose elements keep their address when it grows
/// because each is a vector of its own.
std::vector<slipway_tensor_info> infos_of(const std::vector<fake::FakeTensor>& tensors,
                                          std::vector<std::vector<const char*>>& names) {
  std::vector<slipway_tensor_info> infos;
  for (const fake::FakeTensor& tensor : tensors) {
    auto& pointers = names.emplace_back();
    for (const std::string& name : tensor.dim_names) pointers.push_back(name.empty() ? nullptr : name.c_str());
    infos.push_back({.name = tensor.name.c_str(),
                     .dtype = tensor.dtype,
                     .rank = static_cast<std::uint32_t>(tensor.dims.size()),
                     .dims = tensor.dims.data(),
                     .dim_names = pointers.empty() ? nullptr : pointers.data()});
  }
  return infos;
}

slipway_code open(const slipway_host* /*host*/, slipway_backend_state** state, slipway_error* /*error*/) {
  *state = new slipway_backend_state{{.struct_size = sizeof(slipway_backend_info),
                                      .runtime_name = "fake",
                                      .runtime_version = "1",
                                      .runtime_path = "",
                                      .devices = &cpu,
                                      .device_count = 1,
                                      .formats = &format,
                                      .format_count = 1}};
  return SLIPWAY_OK;
}

void close(slipway_backend_state* state) { delete state; }
const slipway_backend_info* info(slipway_backend_state* state) { return &state->info; }

slipway_code can_load(slipway_backend_state* /*state*/, const slipway_model_config* config, slipway_error* error) {
  if (std::string_view(config->format) != format)
    return slipway_fail(error, SLIPWAY_UNIMPLEMENTED, "runs .fake files alone");
  if (std::string_view(config->device) != cpu.name)
    return slipway_fail(error, SLIPWAY_UNIMPLEMENTED,
                        (std::string("has no device \"") + config->device + "\", only cpu").c_str());
  if (config->option_count == 0) return SLIPWAY_OK;
  const std::string key = config->options[0].key;
  return slipway_fail(error, SLIPWAY_INVALID_ARGUMENT,
                      ("option \"" + key + "\": the fake backend has no options").c_str());
}

slipway_code model_load(slipway_backend_state* state, const slipway_model_config* config, slipway_model** model,
                        slipway_error* error) {
  if (const auto code = can_load(state, config, error); code != SLIPWAY_OK) return code;
  try {
    auto made = std::make_unique<slipway_model>();
    made->model = fake::read_fake_model(config->path);
    if (!made->model.fail_load.empty())
      return slipway_fail(error, SLIPWAY_INVALID_ARGUMENT, made->model.fail_load.c_str());
    made->inputs = infos_of(made->model.inputs, made->dim_names);
    made->outputs = infos_of(made->model.outputs, made->dim_names);
    made->info = {.struct_size = sizeof made->info,
                  .inputs = made->inputs.data(),
                  .input_count = static_cast<std::uint32_t>(made->inputs.size()),
                  .outputs = made->outputs.data(),
                  .output_count = static_cast<std::uint32_t>(made->outputs.size()),
                  .metadata = nullptr,
                  .metadata_count = 0,
                  .operators = nullptr,
                  .operator_count = 0,
                  .parameters = 0,
                  .weight_bytes = 0};
    *model = made.release();
    return SLIPWAY_OK;
  } catch (const std::exception& exception) {
    return slipway_fail(error, SLIPWAY_INVALID_ARGUMENT, exception.what());
  }
}

void model_unload(slipway_model* model) { delete model; }
const slipway_model_info* model_info(slipway_model* model) { return &model->info; }

slipway_code instance_create(slipway_model* model, std::uint32_t /*index*/, slipway_instance** instance,
                             slipway_error* /*error*/) {
  *instance = new slipway_instance{.model = model->model, .runs = 0};
  return SLIPWAY_OK;
}

void instance_destroy(slipway_instance* instance) { delete instance; }

slipway_code instance_run(slipway_instance* instance, const slipway_run* run, slipway_error* error) {
  const fake::FakeModel& model = instance->model;
  const std::int64_t rows = run->inputs[0].rank == 0 ? 1 : run->inputs[0].shape[0];
  ++instance->runs;
  const bool changed = model.then_after > 0 && instance->runs > model.then_after;
  const fake::FakeModel::Delay& delay = changed ? model.then_delay : model.delay;
  if (const std::int64_t us = delay.us + delay.us_per_row * rows; us > 0)
    std::this_thread::sleep_for(std::chrono::microseconds(us));
  if (model.fail_every > 0 && instance->runs % model.fail_every == 0) {
    if (model.throws) throw std::runtime_error(model.failure);
    return slipway_fail(error, SLIPWAY_INTERNAL, model.failure.c_str());
  }
  for (std::uint32_t i = 0; i < run->output_count; ++i) {
    const slipway_tensor& input = run->inputs[std::min(run->outputs[i], run->input_count - 1)];
    void* room = run->sink->allocate(run->sink->context, run->outputs[i], input.dtype, input.shape, input.rank,
                                     input.size_bytes);
    if (room == nullptr) return slipway_fail(error, SLIPWAY_INTERNAL, "no memory was given for an output");
    if (input.size_bytes != 0) std::memcpy(room, input.data, input.size_bytes);
  }
  return SLIPWAY_OK;
}

constexpr slipway_backend table{.abi_version = SLIPWAY_BACKEND_ABI_VERSION,
                                .struct_size = sizeof(slipway_backend),
                                .name = format,
                                .open = open,
                                .close = close,
                                .info = info,
                                .can_load = can_load,
                                .model_load = model_load,
                                .model_unload = model_unload,
                                .model_info = model_info,
                                .instance_create = instance_create,
                                .instance_destroy = instance_destroy,
                                .instance_run = instance_run};

}  // namespace

extern "C" SLIPWAY_BACKEND_EXPORT const slipway_backend* SLIPWAY_BACKEND_ENTRY(std::uint32_t host_abi_version) {
  return host_abi_version == SLIPWAY_BACKEND_ABI_VERSION ? &table : nullptr;
}
