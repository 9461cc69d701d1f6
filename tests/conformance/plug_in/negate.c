/* A whole backend in plain C, as somebody outside the project would write it: whatever file it is given, its model
 * takes x FP32 [-1,3] and gives y = -x. */
#include <stdlib.h>

#include "slipway/backend.h"

struct slipway_backend_state {
  slipway_backend_info info;
};
struct slipway_model {
  slipway_model_info info;
};
struct slipway_instance {
  int unused;
};

static const int64_t kDims[] = {-1, 3};
static const slipway_tensor_info kInput = {"x", SLIPWAY_FP32, 2, kDims, NULL};
static const slipway_tensor_info kOutput = {"y", SLIPWAY_FP32, 2, kDims, NULL};
static const slipway_device kCpu = {"cpu", "any processor"};
static const char* const kFormats[] = {"onnx"};

static slipway_code out_of_memory(slipway_error* error) {
  return slipway_fail(error, SLIPWAY_INTERNAL, "no memory is left");
}

static slipway_code open_backend(const slipway_host* host, slipway_backend_state** state, slipway_error* error) {
  (void)host;
  *state = calloc(1, sizeof **state);
  if (*state == NULL) return out_of_memory(error);
  slipway_backend_info* info = &(*state)->info;
  info->struct_size = sizeof *info;
  info->runtime_name = "negate";
  info->runtime_version = "1";
  info->runtime_path = "";
  info->devices = &kCpu;
  info->device_count = 1;
  info->formats = kFormats;
  info->format_count = 1;
  return SLIPWAY_OK;
}

static void close_backend(slipway_backend_state* state) { free(state); }

static const slipway_backend_info* backend_info(slipway_backend_state* state) { return &state->info; }

static slipway_code can_load(slipway_backend_state* state, const slipway_model_config* config, slipway_error* error) {
  (void)state, (void)config, (void)error;
  return SLIPWAY_OK;
}

static slipway_code model_load(slipway_backend_state* state, const slipway_model_config* config, slipway_model** model,
                               slipway_error* error) {
  (void)state, (void)config;
  *model = calloc(1, sizeof **model);
  if (*model == NULL) return out_of_memory(error);
  slipway_model_info* info = &(*model)->info;
  info->struct_size = sizeof *info;
  info->inputs = &kInput;
  info->input_count = 1;
  info->outputs = &kOutput;
  info->output_count = 1;
  return SLIPWAY_OK;
}

static void model_unload(slipway_model* model) { free(model); }

static const slipway_model_info* model_info(slipway_model* model) { return &model->info; }

static slipway_code instance_create(slipway_model* model, uint32_t index, slipway_instance** instance,
                                    slipway_error* error) {
  (void)model, (void)index;
  *instance = calloc(1, sizeof **instance);
  return *instance == NULL ? out_of_memory(error) : SLIPWAY_OK;
}

static void instance_destroy(slipway_instance* instance) { free(instance); }

static slipway_code instance_run(slipway_instance* instance, const slipway_run* run, slipway_error* error) {
  (void)instance;
  const slipway_tensor* x = &run->inputs[0];
  if (run->output_count == 0) return SLIPWAY_OK;
  float* y = run->sink->allocate(run->sink->context, 0, SLIPWAY_FP32, x->shape, x->rank, x->size_bytes);
  if (y == NULL) return out_of_memory(error);
  const float* values = x->data;
  for (uint64_t i = 0; i < x->size_bytes / sizeof(float); ++i) y[i] = -values[i];
  return SLIPWAY_OK;
}

static const slipway_backend kBackend = {
    .abi_version = SLIPWAY_BACKEND_ABI_VERSION,
    .struct_size = sizeof(slipway_backend),
    .name = "negate",
    .open = open_backend,
    .close = close_backend,
    .info = backend_info,
    .can_load = can_load,
    .model_load = model_load,
    .model_unload = model_unload,
    .model_info = model_info,
    .instance_create = instance_create,
    .instance_destroy = instance_destroy,
    .instance_run = instance_run,
};

SLIPWAY_BACKEND_EXPORT const slipway_backend* slipway_backend_entry(uint32_t host_abi_version);

const slipway_backend* slipway_backend_entry(uint32_t host_abi_version) {
  return host_abi_version == SLIPWAY_BACKEND_ABI_VERSION ? &kBackend : NULL;
}
