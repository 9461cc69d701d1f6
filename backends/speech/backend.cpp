// The C functions of the plug-in: every exception ends here.
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "recogniser.hpp"
#include "slipway/backend.h"

namespace speech = slipway::speech_backend;

struct slipway_backend_state {
  std::string backend_dir;
  speech::Library library;
  slipway_backend_info info{};
};

/// One recogniser is shared by the instances where each has one thread; else each has its own, with its own threads.
struct slipway_model {
  const speech::Library& library;
  speech::RecogniserOptions options;
  std::string folder;
  std::shared_ptr<const speech::Recogniser> first;
  std::string streaming;
  std::array<slipway_key_value, 2> metadata{};
  slipway_model_info info{};
};

struct slipway_instance {
  std::shared_ptr<const speech::Recogniser> recogniser;
};

namespace {

constexpr std::array<slipway_device, 1> devices{{{"cpu", "CPU"}}};
constexpr std::array<const char*, 1> formats{"speech"};

constexpr std::int64_t any = -1;
constexpr std::int64_t one = 1;
constexpr std::array<const char*, 1> samples_name{"samples"};
constexpr std::array<const char*, 1> tokens_name{"tokens"};
constexpr std::array<slipway_tensor_info, 1> inputs{{{"AUDIO", SLIPWAY_FP32, 1, &any, samples_name.data()}}};
enum Output : std::uint32_t { text, tokens, times, log_probabilities, language };
constexpr std::array<slipway_tensor_info, 5> outputs{{{"TEXT", SLIPWAY_BYTES, 1, &one, nullptr},
                                                      {"TOKENS", SLIPWAY_BYTES, 1, &any, tokens_name.data()},
                                                      {"TIMES", SLIPWAY_FP32, 1, &any, tokens_name.data()},
                                                      {"LOG_PROBABILITIES", SLIPWAY_FP32, 1, &any, tokens_name.data()},
                                                      {"LANGUAGE", SLIPWAY_BYTES, 1, &one, nullptr}}};

template <class Body>
slipway_code guarded(slipway_error* error, Body&& body) {
  try {
    body();
    return SLIPWAY_OK;
  } catch (const std::domain_error& exception) {
    return slipway_fail(error, SLIPWAY_UNIMPLEMENTED, exception.what());
  } catch (const std::invalid_argument& exception) {
    return slipway_fail(error, SLIPWAY_INVALID_ARGUMENT, exception.what());
  } catch (const std::exception& exception) {
    return slipway_fail(error, SLIPWAY_INTERNAL, exception.what());
  } catch (...) {
    return slipway_fail(error, SLIPWAY_INTERNAL, "sherpa-onnx threw something that is no exception");
  }
}

slipway_code open(const slipway_host* host, slipway_backend_state** state, slipway_error* error) {
  try {
    auto made = std::make_unique<slipway_backend_state>();
    made->backend_dir = host->backend_dir;
    made->library = speech::load_library(host->backend_dir);
    made->info = {.struct_size = sizeof made->info,
                  .runtime_name = "sherpa-onnx",
                  .runtime_version = made->library.version(),
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
  if (std::string_view(config->format) != "speech")
    return slipway_fail(error, SLIPWAY_UNIMPLEMENTED,
                        fmt::format("runs folders with a speech model and its tokens.txt, this is {}",
                                    *config->format == '\0' ? "no format that is known" : config->format)
                            .c_str());
  if (std::string_view(config->device) != "cpu")
    return slipway_fail(error, SLIPWAY_UNIMPLEMENTED,
                        fmt::format("has no device \"{}\", only cpu", config->device).c_str());
  return SLIPWAY_OK;
}

std::unique_ptr<slipway_model> load(const slipway_backend_state& state, const slipway_model_config& config) {
  auto made = std::make_unique<slipway_model>(state.library);
  made->folder = config.path;
  for (std::uint32_t i = 0; i < config.option_count; ++i)
    made->options.set(config.options[i].key, config.options[i].value);
  made->options.threads = static_cast<std::int32_t>(config.threads);
  speech::SpeechModel model = speech::speech_model_in(made->folder, made->options.kind);
  const auto program = std::filesystem::path(state.backend_dir) / "../speech/speech_check";
  speech::check_model(program.lexically_normal().string(), state.backend_dir, made->folder, made->options);
  made->first = std::make_shared<const speech::Recogniser>(state.library, std::move(model), made->options);
  const speech::SpeechModel& loaded = made->first->model();
  made->streaming = loaded.streaming ? "true" : "false";
  made->metadata = {{{"kind", loaded.kind.c_str()}, {"streaming", made->streaming.c_str()}}};
  made->info = {.struct_size = sizeof made->info,
                .inputs = inputs.data(),
                .input_count = inputs.size(),
                .outputs = outputs.data(),
                .output_count = outputs.size(),
                .metadata = made->metadata.data(),
                .metadata_count = std::tuple_size_v<decltype(made->metadata)>,
                .operators = nullptr,
                .operator_count = 0,
                .parameters = 0,
                .weight_bytes = 0};
  return made;
}

slipway_code model_load(slipway_backend_state* state, const slipway_model_config* config, slipway_model** model,
                        slipway_error* error) {
  if (const slipway_code code = can_load(state, config, error); code != SLIPWAY_OK) return code;
  return guarded(error, [&] { *model = load(*state, *config).release(); });
}

void model_unload(slipway_model* model) { delete model; }

const slipway_model_info* model_info(slipway_model* model) { return &model->info; }

slipway_code instance_create(slipway_model* model, std::uint32_t index, slipway_instance** instance,
                             slipway_error* error) {
  return guarded(error, [&] {
    auto recogniser = model->first;
    if (index > 0 && model->options.threads > 1)
      recogniser = std::make_shared<const speech::Recogniser>(model->library, model->first->model(), model->options);
    *instance = new slipway_instance{std::move(recogniser)};
  });
}

void instance_destroy(slipway_instance* instance) { delete instance; }

void give(const slipway_run& run, std::uint32_t output, const void* data, std::uint64_t size, std::int64_t count) {
  void* memory = run.sink->allocate(run.sink->context, output, outputs[output].dtype, &count, 1, size);
  if (memory == nullptr) throw std::runtime_error(fmt::format("{}: the host gave no room", outputs[output].name));
  if (size > 0) std::memcpy(memory, data, size);
}

void give(const slipway_run& run, std::uint32_t output, const std::vector<float>& values) {
  give(run, output, values.data(), values.size() * sizeof(float), static_cast<std::int64_t>(values.size()));
}

void give(const slipway_run& run, std::uint32_t output, const std::vector<std::string>& texts) {
  std::string bytes;
  for (const std::string& text : texts) {
    const auto length = static_cast<std::uint32_t>(text.size());
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
    bytes += text;
  }
  give(run, output, bytes.data(), bytes.size(), static_cast<std::int64_t>(texts.size()));
}

slipway_code instance_run(slipway_instance* instance, const slipway_run* run, slipway_error* error) {
  return guarded(error, [&] {
    if (run->input_count != 1 || run->inputs[0].dtype != SLIPWAY_FP32 || run->inputs[0].rank != 1)
      throw std::invalid_argument("AUDIO FP32 [samples] at 16000 Hz, from -1 to 1, expected");
    const auto count = static_cast<std::size_t>(run->inputs[0].shape[0]);
    if (const std::size_t most = instance->recogniser->samples_max(); count > most) {
      throw std::invalid_argument(
          fmt::format("AUDIO: {} samples given, this model takes {} ({} s) at a time; /v1/recognize splits longer ones",
                      count, most, most / speech::sample_rate));
    }
    const speech::Heard heard = instance->recogniser->hear(static_cast<const float*>(run->inputs[0].data), count);
    for (std::uint32_t i = 0; i < run->output_count; ++i) {
      switch (run->outputs[i]) {
        case text: give(*run, text, std::vector{heard.text}); break;
        case tokens: give(*run, tokens, heard.tokens); break;
        case times: give(*run, times, heard.times); break;
        case log_probabilities: give(*run, log_probabilities, heard.log_probabilities); break;
        case language: give(*run, language, std::vector{heard.language}); break;
        default: throw std::invalid_argument(fmt::format("there is no output {}", run->outputs[i]));
      }
    }
  });
}

constexpr slipway_backend table{.abi_version = SLIPWAY_BACKEND_ABI_VERSION,
                                .struct_size = sizeof(slipway_backend),
                                .name = "speech",
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
