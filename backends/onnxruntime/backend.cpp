// The C functions of the plug-in: every exception of the runtime ends here.
#include <fmt/format.h>
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "library.hpp"
#include "model.hpp"
#include "slipway/backend.h"

namespace ort = slipway::onnxruntime;

struct slipway_backend_state {
  ort::Library library;
  std::unique_ptr<Ort::Env> env;
  slipway_backend_info info{};
};

struct slipway_model {
  ort::Model model;
};

struct slipway_instance {
  ort::Instance instance;
};

namespace {

constexpr std::array<slipway_device, 1> devices{{{"cpu", "CPU"}}};
constexpr std::array<const char*, 2> formats{"onnx", "ort"};

slipway_code code_of(const Ort::Exception& exception) {
  switch (exception.GetOrtErrorCode()) {
    case ORT_NO_SUCHFILE: return SLIPWAY_NOT_FOUND;
    case ORT_INVALID_ARGUMENT:
    case ORT_INVALID_PROTOBUF:
    case ORT_NO_MODEL: return SLIPWAY_INVALID_ARGUMENT;
    case ORT_INVALID_GRAPH:  // an operator, or a version of one, that this runtime lacks: another may have it
    case ORT_NOT_IMPLEMENTED: return SLIPWAY_UNIMPLEMENTED;
    default: return SLIPWAY_INTERNAL;
  }
}

/// The runtime's report as a part of one sentence: without the file's path, which the host gives, its line breaks and
/// its stop.
std::string one_line(std::string text) {
  if (text.starts_with("Load model from ")) {
    constexpr std::string_view failed = " failed:";
    if (const auto at = text.find(failed); at != std::string::npos) text.erase(0, at + failed.size());
  }
  // "…/reshape_helper.h:91 onnxruntime::… CONDITION was false. What was wrong": the place in its source helps nobody
  // here
  constexpr std::string_view condition = " was false. ";
  if (const auto at = text.find(condition); at != std::string::npos) text.erase(0, at + condition.size());
  std::ranges::replace(text, '\n', ' ');
  while (text.ends_with(' ') || text.ends_with('.')) text.pop_back();
  return text;
}

/// Calls `body` and turns what it throws into a code and a sentence. `failed` is the code of a plain ORT_FAIL.
template <class Body>
slipway_code guarded(slipway_error* error, slipway_code failed, Body&& body) {
  try {
    body();
    return SLIPWAY_OK;
  } catch (const Ort::Exception& exception) {
    const slipway_code code = exception.GetOrtErrorCode() == ORT_FAIL ? failed : code_of(exception);
    return slipway_fail(error, code, one_line(exception.what()).c_str());
  } catch (const std::domain_error& exception) {
    return slipway_fail(error, SLIPWAY_UNIMPLEMENTED, exception.what());
  } catch (const std::invalid_argument& exception) {
    return slipway_fail(error, SLIPWAY_INVALID_ARGUMENT, exception.what());
  } catch (const std::exception& exception) {
    return slipway_fail(error, SLIPWAY_INTERNAL, exception.what());
  } catch (...) {
    return slipway_fail(error, SLIPWAY_INTERNAL, "the runtime threw something that is no exception");
  }
}

slipway_code open(const slipway_host* host, slipway_backend_state** state, slipway_error* error) {
  try {
    auto made = std::make_unique<slipway_backend_state>();
    made->library = ort::load_library(host->backend_dir);
    // errors come back as exceptions; the log would repeat them on stderr
    made->env = std::make_unique<Ort::Env>(ORT_LOGGING_LEVEL_FATAL, "slipway");
    made->info = {.struct_size = sizeof made->info,
                  .runtime_name = "ONNX Runtime",
                  .runtime_version = made->library.version.c_str(),
                  .runtime_path = made->library.path.c_str(),
                  .devices = devices.data(),
                  .device_count = devices.size(),
                  .formats = formats.data(),
                  .format_count = formats.size()};
    *state = made.release();
    return SLIPWAY_OK;
  } catch (const std::exception& exception) {
    return slipway_fail(error, SLIPWAY_FAILED_PRECONDITION, exception.what());
  }
}

void close(slipway_backend_state* state) { delete state; }

const slipway_backend_info* info(slipway_backend_state* state) { return &state->info; }

slipway_code can_load(slipway_backend_state* /*state*/, const slipway_model_config* config, slipway_error* error) {
  const std::string_view format = config->format;
  if (std::ranges::find(formats, format) == formats.end()) {
    return slipway_fail(
        error, SLIPWAY_UNIMPLEMENTED,
        fmt::format("runs .onnx and .ort files, this is {}", format.empty() ? "no model format it knows" : format)
            .c_str());
  }
  if (std::string_view(config->device) != "cpu")
    return slipway_fail(error, SLIPWAY_UNIMPLEMENTED,
                        fmt::format("has no device \"{}\", only cpu", config->device).c_str());
  return guarded(error, SLIPWAY_UNIMPLEMENTED, [&] { ort::optimization_of(*config); });
}

slipway_code model_load(slipway_backend_state* state, const slipway_model_config* config, slipway_model** model,
                        slipway_error* error) {
  if (const slipway_code code = can_load(state, config, error); code != SLIPWAY_OK) return code;
  return guarded(error, SLIPWAY_UNIMPLEMENTED, [&] { *model = new slipway_model{ort::Model(*state->env, *config)}; });
}

void model_unload(slipway_model* model) { delete model; }

const slipway_model_info* model_info(slipway_model* model) { return &model->model.info(); }

slipway_code instance_create(slipway_model* model, std::uint32_t index, slipway_instance** instance,
                             slipway_error* error) {
  return guarded(error, SLIPWAY_INTERNAL,
                 [&] { *instance = new slipway_instance{ort::Instance(model->model, index)}; });
}

void instance_destroy(slipway_instance* instance) { delete instance; }

slipway_code instance_run(slipway_instance* instance, const slipway_run* run, slipway_error* error) {
  // shapes and types were checked: what the runtime calls invalid or failed in a run lies in the values
  return guarded(error, SLIPWAY_INVALID_ARGUMENT, [&] { instance->instance.run(*run); });
}

constexpr slipway_backend table{.abi_version = SLIPWAY_BACKEND_ABI_VERSION,
                                .struct_size = sizeof(slipway_backend),
                                .name = "onnxruntime",
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
