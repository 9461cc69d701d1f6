/* negate.c under the name NAME, which loads a model when the backend OTHER is loading it too, and not without it. */
#define _POSIX_C_SOURCE 200809L
#define slipway_backend_entry negate_entry
#include "negate.c"
#undef slipway_backend_entry

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static slipway_code meet_and_load(slipway_backend_state* state, const slipway_model_config* config,
                                  slipway_model** model, slipway_error* error) {
  char own[512];
  char other[512];
  snprintf(own, sizeof own, "%s.%s", config->path, NAME);
  snprintf(other, sizeof other, "%s.%s", config->path, OTHER);
  FILE* sign = fopen(own, "w");
  if (sign != NULL) fclose(sign);
  const struct timespec millisecond = {0, 1000000};
  for (int left = 10000; access(other, F_OK) != 0; --left) {
    if (left == 0) {
      strcpy(error->message, "the other backend did not come");
      return SLIPWAY_UNIMPLEMENTED;
    }
    nanosleep(&millisecond, NULL);
  }
  return model_load(state, config, model, error);
}

SLIPWAY_BACKEND_EXPORT const slipway_backend* slipway_backend_entry(uint32_t host_abi_version) {
  static slipway_backend table;
  if (host_abi_version != SLIPWAY_BACKEND_ABI_VERSION) return NULL;
  table = kBackend;
  table.name = NAME;
  table.model_load = meet_and_load;
  return &table;
}
