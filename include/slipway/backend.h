/* slipway/backend.h: what a backend is to Slipway. A backend is a shared object that can load and run some model
 * formats. It includes this header and nothing else of Slipway; the program finds it at run time as
 * `libslipway_backend_NAME.so`, so that adding or changing one rebuilds nothing of the program.
 *
 * Conventions, for both sides:
 *
 *  1. The one exported symbol is `slipway_backend_entry`. It is given the ABI version of the host and returns the
 *     backend's table, or NULL when it does not speak that version.
 *  2. Everything here is C. No exception and no longjmp crosses a call; a C++ backend catches at its edge.
 *  3. A call that can fail returns a `slipway_code` and, when that is not SLIPWAY_OK, writes one sentence into the
 *     `slipway_error` it was given: what was wrong, where, and what would be right. The caller owns the error.
 *  4. Strings are UTF-8 and end in NUL. A pointer passed into a call is valid during that call only; a backend copies
 *     what it keeps. A pointer returned by a call stays valid until the object it came from is destroyed.
 *  5. Tensors are dense and row-major, in the machine's byte order. `data` is aligned to the size of one element, not
 *     to more; a backend that needs more copies. Dimensions of a type's description are -1 where they are dynamic.
 *  6. SLIPWAY_BYTES tensors hold, for each element in order, a 32-bit little-endian length and that many bytes: the
 *     layout of the binary tensors of the Open Inference Protocol. An element may contain NUL bytes.
 *  7. Threads: `open`, `close`, `can_load`, `model_load` and `model_unload` may be called from any thread, at the same
 *     time for different models. An instance is used by one thread at a time, not always the same one; different
 *     instances of one model run at the same time.
 *  8. A struct that may grow begins with `struct_size`, set by whoever made it to its sizeof. A field beyond the given
 *     size is absent and means zero. The version changes only when something that exists changes its meaning.
 *  9. A backend uses no more threads to compute than `instances * threads` of its configuration in all, writes nothing
 *     to stdout, and installs no signal handlers.
 * 10. `instance_run` leaves the instance usable after an error: the next call is served as if nothing had been.
 */
#ifndef SLIPWAY_BACKEND_H
#define SLIPWAY_BACKEND_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* NOLINTBEGIN(modernize-use-using): this is C */

#define SLIPWAY_BACKEND_ABI_VERSION 1u
#define SLIPWAY_BACKEND_EXPORT __attribute__((visibility("default")))

/* Outcomes; the numbers are those of gRPC's status codes. */
typedef enum slipway_code {
  SLIPWAY_OK = 0,
  SLIPWAY_INVALID_ARGUMENT = 3,    /* the request or the model file is wrong */
  SLIPWAY_NOT_FOUND = 5,           /* a file or a library is not there */
  SLIPWAY_FAILED_PRECONDITION = 9, /* this machine lacks what is needed */
  SLIPWAY_UNIMPLEMENTED = 12,      /* the backend cannot run such a model: another may */
  SLIPWAY_INTERNAL = 13,           /* the runtime failed */
  SLIPWAY_UNAVAILABLE = 14         /* not now; trying again may help */
} slipway_code;

#define SLIPWAY_ERROR_CAPACITY 2048
typedef struct slipway_error {
  char message[SLIPWAY_ERROR_CAPACITY]; /* ends in NUL; longer sentences are cut */
} slipway_error;

/* For a backend's `return`: writes the sentence, on one line and cut to what fits, and gives `code` back. */
static inline slipway_code slipway_fail(slipway_error* error, slipway_code code, const char* sentence) {
  uint32_t length = 0;
  for (; length < SLIPWAY_ERROR_CAPACITY - 1 && sentence[length] != '\0'; ++length)
    error->message[length] = sentence[length] == '\n' ? ' ' : sentence[length];
  error->message[length] = '\0';
  return code;
}

/* Element types, named as in the Open Inference Protocol. */
typedef enum slipway_dtype {
  SLIPWAY_BOOL = 1, /* one byte, 0 or 1 */
  SLIPWAY_UINT8 = 2,
  SLIPWAY_UINT16 = 3,
  SLIPWAY_UINT32 = 4,
  SLIPWAY_UINT64 = 5,
  SLIPWAY_INT8 = 6,
  SLIPWAY_INT16 = 7,
  SLIPWAY_INT32 = 8,
  SLIPWAY_INT64 = 9,
  SLIPWAY_FP16 = 10, /* IEEE 754 binary16 */
  SLIPWAY_FP32 = 11,
  SLIPWAY_FP64 = 12,
  SLIPWAY_BF16 = 13, /* the upper half of an FP32 */
  SLIPWAY_BYTES = 14 /* convention 6 */
} slipway_dtype;

/* One input or output as the model declares it. */
typedef struct slipway_tensor_info {
  const char* name;
  slipway_dtype dtype;
  uint32_t rank;
  const int64_t* dims;          /* rank entries; -1 is dynamic */
  const char* const* dim_names; /* NULL, or rank entries, each NULL or the model's own symbol ("batch") */
} slipway_tensor_info;

typedef struct slipway_key_value {
  const char* key;
  const char* value;
} slipway_key_value;

typedef struct slipway_operator_count {
  const char* name; /* the type of the operator, "MatMul" */
  uint64_t count;
} slipway_operator_count;

/* What a loaded model says of itself. */
typedef struct slipway_model_info {
  uint32_t struct_size;
  const slipway_tensor_info* inputs;
  uint32_t input_count;
  const slipway_tensor_info* outputs;
  uint32_t output_count;
  const slipway_key_value* metadata; /* the model's own: producer, description, custom entries */
  uint32_t metadata_count;
  /* The graph as the runtime reads it, nested graphs counted in, before it is compiled; operator_count is 0 where the
   * backend cannot tell, and what follows is then unknown. Inputs, outputs and constants are no operators. */
  const slipway_operator_count* operators;
  uint32_t operator_count;
  uint64_t parameters;   /* elements of all weights and constants */
  uint64_t weight_bytes; /* of those */
} slipway_model_info;

/* A tensor on its way in. */
typedef struct slipway_tensor {
  uint32_t input_index; /* into slipway_model_info.inputs */
  slipway_dtype dtype;
  uint32_t rank;
  const int64_t* shape; /* rank entries, none negative */
  const void* data;     /* never NULL; the length of an empty tensor is 0 */
  uint64_t size_bytes;
} slipway_tensor;

/* Where outputs go: the backend asks for room and writes there, so that the runtime's answer is the response. */
typedef struct slipway_output_sink {
  void* context;
  /* Gives `size_bytes` (at least one) of writable memory aligned to 64 for output `output_index`, at most once for each
   * requested output in one run, from the thread that called `instance_run`. NULL when the host refuses: the run then
   * fails with SLIPWAY_INTERNAL. */
  void* (*allocate)(void* context, uint32_t output_index, slipway_dtype dtype, const int64_t* shape, uint32_t rank,
                    uint64_t size_bytes);
} slipway_output_sink;

typedef struct slipway_run {
  uint32_t struct_size;
  const slipway_tensor* inputs; /* one for each input of the model, in the model's order */
  uint32_t input_count;
  const uint32_t* outputs; /* indexes into slipway_model_info.outputs, ascending: what is wanted */
  uint32_t output_count;
  const slipway_output_sink* sink;
} slipway_run;

/* What to load and how. */
typedef struct slipway_model_config {
  uint32_t struct_size;
  const char* path;   /* absolute; a file, or a folder for formats that are folders */
  const char* format; /* what the host takes it for: "onnx", "ort", "openvino_ir", "tensorflow_saved_model",
                         "tensorflow_graph", "tflite", "paddle", "speech"; "" when it does not know */
  const char* device; /* "cpu", "gpu:0", … as `devices` names them */
  uint32_t instances; /* how many instances will be created, at least 1 */
  uint32_t threads;   /* threads that compute in each instance, at least 1 */
  const slipway_key_value* options; /* `backend_options` of the model's configuration; an unknown key is an error */
  uint32_t option_count;
} slipway_model_config;

typedef struct slipway_device {
  const char* name;        /* "cpu", "gpu:0" */
  const char* description; /* what it is, as the runtime calls it */
} slipway_device;

/* What a backend tells `slipway doctor`. */
typedef struct slipway_backend_info {
  uint32_t struct_size;
  const char* runtime_name;    /* "ONNX Runtime" */
  const char* runtime_version; /* "1.32.0" */
  const char* runtime_path;    /* the library that was loaded; "" when it is linked in */
  const slipway_device* devices;
  uint32_t device_count;
  const char* const* formats; /* as in slipway_model_config.format */
  uint32_t format_count;
} slipway_backend_info;

typedef enum slipway_log_level {
  SLIPWAY_LOG_DEBUG = 0,
  SLIPWAY_LOG_INFO,
  SLIPWAY_LOG_WARNING,
  SLIPWAY_LOG_ERROR
} slipway_log_level;

/* What the host offers. It outlives the backend. */
typedef struct slipway_host {
  uint32_t struct_size;
  void* context;
  void (*log)(void* context, slipway_log_level level, const char* message); /* any thread */
  const char* backend_dir; /* absolute: the folder this backend's shared object lies in */
} slipway_host;

typedef struct slipway_backend_state slipway_backend_state; /* one for each `open` */
typedef struct slipway_model slipway_model;
typedef struct slipway_instance slipway_instance;

typedef struct slipway_backend {
  uint32_t abi_version; /* SLIPWAY_BACKEND_ABI_VERSION it was built with */
  uint32_t struct_size;
  const char* name; /* as in the file's name */

  /* Finds and loads the runtime. Fails with SLIPWAY_FAILED_PRECONDITION when the machine lacks it; the sentence says
   * where it looked and how to get it. */
  slipway_code (*open)(const slipway_host* host, slipway_backend_state** state, slipway_error* error);
  void (*close)(slipway_backend_state* state); /* after every model was unloaded */
  const slipway_backend_info* (*info)(slipway_backend_state* state);

  /* Quick: says from path, format, device and options whether `model_load` is worth trying. SLIPWAY_UNIMPLEMENTED with
   * the reason when it is not. */
  slipway_code (*can_load)(slipway_backend_state* state, const slipway_model_config* config, slipway_error* error);
  /* Of an error, the host tells the path, so the sentence need not. SLIPWAY_INVALID_ARGUMENT: the file is damaged, no
   * backend can load it. SLIPWAY_UNIMPLEMENTED: this backend cannot, another may. */
  slipway_code (*model_load)(slipway_backend_state* state, const slipway_model_config* config, slipway_model** model,
                             slipway_error* error);
  void (*model_unload)(slipway_model* model); /* after its instances were destroyed; gives its memory back */
  const slipway_model_info* (*model_info)(slipway_model* model);

  /* `index` counts from 0 to config.instances - 1. */
  slipway_code (*instance_create)(slipway_model* model, uint32_t index, slipway_instance** instance,
                                  slipway_error* error);
  void (*instance_destroy)(slipway_instance* instance);
  slipway_code (*instance_run)(slipway_instance* instance, const slipway_run* run, slipway_error* error);
} slipway_backend;

/* The one symbol that a backend exports. */
typedef const slipway_backend* (*slipway_backend_entry_fn)(uint32_t host_abi_version);
#define SLIPWAY_BACKEND_ENTRY slipway_backend_entry

/* NOLINTEND(modernize-use-using) */
#ifdef __cplusplus
}
#endif

#endif /* SLIPWAY_BACKEND_H */
