// The table of the openvino backend: each entry guards a call into the objects that do the work.
#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <openvino/openvino.hpp>
#include <string>
#include <string_view>

#include "failure.hpp"
#include "instance.hpp"
#include "model.hpp"
#include "slipway/backend.h"

namespace {

constexpr std::array<const char*, 6> formats{"onnx",   "openvino_ir", "tensorflow_saved_model", "tensorflow_graph",
                                             "tflite", "paddle"};

/// Throws Failure for a format, device or option that this backend has not.
void check(const slipway_model_config& config) {
  const std::string_view format = config.format;
  if (!format.empty() && std::ranges::find(formats, format) == formats.end()) {
    throw Failure(SLIPWAY_UNIMPLEMENTED, "format " + std::string(format) +
                                             ": OpenVINO reads onnx, openvino_ir, tensorflow_saved_model, "
                                             "tensorflow_graph, tflite and paddle");
  }
  properties_of(config);
}

}  // namespace

/// The runtime, opened; owns what slipway_backend_info points to.
struct slipway_backend_state {
  slipway_backend_state() {
    try {
      description = core.get_property("CPU", ov::device::full_name);
    } catch (const std::exception& exception) {
      throw Failure(SLIPWAY_FAILED_PRECONDITION,
                    std::string("OpenVINO has no CPU plug-in here; libopenvino_intel_cpu_plugin.so belongs beside "
                                "libopenvino.so (pip install openvino has both): ") +
                        exception.what());
    }
    version = ov::get_openvino_version().buildNumber;  // "2026.4.1-22982-…"
    version = version.substr(0, version.find('-'));
    Dl_info library{};
    const auto* symbol = reinterpret_cast<const void*>(&ov::get_openvino_version);
    if (dladdr(symbol, &library) != 0 && library.dli_fname != nullptr) path = library.dli_fname;
    device = {"cpu", description.c_str()};
    info.struct_size = sizeof info;
    info.runtime_name = "OpenVINO";
    info.runtime_version = version.c_str();
    info.runtime_path = path.c_str();
    info.devices = &device;
    info.device_count = 1;
    info.formats = formats.data();
    info.format_count = static_cast<std::uint32_t>(formats.size());
  }

  ov::Core core;
  std::string description;
  std::string version;
  std::string path;
  slipway_device device{};
  slipway_backend_info info{};
};

namespace {

slipway_code open(const slipway_host* /*host*/, slipway_backend_state** state, slipway_error* error) {
  return guarded(error, [&] {
    // it looks there for its plug-ins, and ends the process where it may not
    if (access(".", X_OK) != 0)
      throw Failure(SLIPWAY_FAILED_PRECONDITION,
                    "OpenVINO does not start in a folder that may not be entered: go to another");
    *state = std::make_unique<slipway_backend_state>().release();
  });
}

void close(slipway_backend_state* state) { delete state; }

const slipway_backend_info* info(slipway_backend_state* state) { return &state->info; }

slipway_code can_load(slipway_backend_state* /*state*/, const slipway_model_config* config, slipway_error* error) {
  return guarded(error, [&] { check(*config); });
}

slipway_code model_load(slipway_backend_state* state, const slipway_model_config* config, slipway_model** model,
                        slipway_error* error) {
  return guarded(error, [&] {
    check(*config);
    *model = std::make_unique<slipway_model>(state->core, *config).release();
  });
}

void model_unload(slipway_model* model) { delete model; }

const slipway_model_info* model_info(slipway_model* model) { return &model->info; }

slipway_code instance_create(slipway_model* model, uint32_t /*index*/, slipway_instance** instance,
                             slipway_error* error) {
  return guarded(error, [&] { *instance = std::make_unique<slipway_instance>(*model).release(); });
}

void instance_destroy(slipway_instance* instance) { delete instance; }

slipway_code instance_run(slipway_instance* instance, const slipway_run* run, slipway_error* error) {
  return guarded(error, [&] { instance->run(*run); });
}

constexpr slipway_backend table{SLIPWAY_BACKEND_ABI_VERSION,
                                sizeof(slipway_backend),
                                "openvino",
                                open,
                                close,
                                info,
                                can_load,
                                model_load,
                                model_unload,
                                model_info,
                                instance_create,
                                instance_destroy,
                                instance_run};

}  // namespace

extern "C" SLIPWAY_BACKEND_EXPORT const slipway_backend* SLIPWAY_BACKEND_ENTRY(uint32_t host_abi_version) {
  return host_abi_version == SLIPWAY_BACKEND_ABI_VERSION ? &table : nullptr;
}
