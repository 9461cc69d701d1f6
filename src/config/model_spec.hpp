#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/queue_spec.hpp"
#include "config/sequence_spec.hpp"
#include "config/tensor_spec.hpp"
#include "config/warm_up_spec.hpp"
#include "core/error.hpp"

namespace slipway::config {

/// `transforms.input: bytes`: a file's bytes to one row of numbers.
struct BytesTransformSpec {
  std::string input;          ///< the model's input; "" when it has only one
  std::int64_t head = 0;      ///< bytes from the beginning
  std::int64_t tail = 0;      ///< bytes from the end
  std::int64_t block = 4096;  ///< only this many bytes at each end are looked at before stripping
  bool strip = false;         ///< leave out white space at the beginning of the head and the end of the tail
  std::int32_t pad = 0;       ///< the value where bytes are missing: after the head, before the tail
};

/// `transforms.output: labels`: a row of scores to names.
struct LabelsTransformSpec {
  std::string output;    ///< the model's output; "" when it has only one
  bool softmax = false;  ///< scores are logits
  std::int64_t top_k = 5;
  std::vector<std::string> labels;  ///< by class; read from `file` (a line each, or a list in a JSON file)
  std::filesystem::path file{};     ///< "" where the YAML file itself has them
};

/// How one model is to be served: what model.yaml, the app file and the command line say, merged. What nobody said is
/// left to the place that uses it (`value_or`), so that merging knows what was said.
struct ModelSpec {
  std::string name;                                    ///< "" until resolved from the path
  std::optional<std::string> backend;                  ///< "auto", "first" or a backend's name
  std::optional<std::string> device;                   ///< "cpu"
  std::optional<std::uint32_t> instances;              ///< default: one a core
  std::optional<std::uint32_t> threads;                ///< a instance's; default 1
  std::optional<std::int64_t> max_batch_size;          ///< 0: never batch; unset: decided from the model
  std::optional<std::chrono::microseconds> max_delay;  ///< `max_delay_us`; default 0
  std::optional<std::size_t> queue_limit;              ///< requests waiting; default 1024
  std::optional<std::chrono::milliseconds> timeout;    ///< `timeout_ms`: a request's most; its own may be shorter
  std::vector<std::pair<std::string, std::string>> backend_options;
  /// Where a YAML file says what only a backend can judge: "FILE:LINE" by "backend", "device", "backend_options.KEY".
  std::map<std::string, std::string> places;
  std::optional<BytesTransformSpec> bytes_input;
  std::optional<LabelsTransformSpec> labels_output;
  std::string description;  ///< shown in the OpenAPI document

  std::vector<DeclaredTensor> inputs;   ///< checked against the model's own
  std::vector<DeclaredTensor> outputs;  ///< likewise; only these are served
  std::vector<OutputLabels> output_labels;
  std::optional<VersionPolicy> versions;
  std::vector<std::pair<std::string, std::string>> version_labels;  ///< a name for a version: {"stable", "2"}
  std::string model_filename;  ///< in a version's folder; "": model.*, or the only one
  std::optional<BatchingSpec> batching;
  std::optional<PrioritySpec> priorities;
  std::optional<SequenceSpec> sequence;
  std::optional<bool> response_cache;
  std::vector<WarmUp> warm_ups;
  std::vector<std::filesystem::path> files;  ///< that say all this: YAML files, config.pbtxt, and those that they name
  std::string triton_config;  ///< a Triton configuration as JSON, whose other fields /config tells too; "": none
};

/// `over` wins wherever it says something; backend options are merged key by key.
ModelSpec merge(ModelSpec base, const ModelSpec& over);

/// invalid_argument where answers shall have the order of the requests and the requests another one.
core::Result<void> check_ordering(const ModelSpec& spec);

/// Reads a model.yaml. Relative files named in it are looked for beside it; none may lie outside of `files_in`, unless
/// that is empty. An unknown key, a wrong type or a value out
/// of range is an invalid_argument that begins with "FILE:LINE: ".
core::Result<ModelSpec> load_model_yaml(const std::filesystem::path& file, const std::filesystem::path& files_in = {});

}  // namespace slipway::config
