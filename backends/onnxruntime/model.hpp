#pragma once

#include <onnxruntime_cxx_api.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "slipway/backend.h"

namespace slipway::onnxruntime {

/// One input or output, with what a slipway_tensor_info points to.
struct TensorDescription {
  std::string name;
  slipway_dtype dtype = SLIPWAY_FP32;
  std::vector<std::int64_t> dims;
  std::vector<std::string> dim_names;
  std::vector<const char*> dim_name_pointers;
};

/// What the option graph_optimization says. Throws std::invalid_argument for another option or value.
std::optional<GraphOptimizationLevel> optimization_of(const slipway_model_config& config);

/// A loaded model. Where an instance has one thread, all of them share one session: `Run` may be called by several
/// threads, computes on the caller's, and the weights are in memory once. With more threads each has its own.
/// Everything throws Ort::Exception or std::exception; the C functions of backend.cpp catch.
class Model {
 public:
  Model(Ort::Env& env, const slipway_model_config& config);

  const slipway_model_info& info() const { return info_; }
  /// The session of a new instance.
  std::shared_ptr<Ort::Session> session_for(std::uint32_t index);
  const std::vector<TensorDescription>& inputs() const { return inputs_; }
  const std::vector<TensorDescription>& outputs() const { return outputs_; }

 private:
  std::shared_ptr<Ort::Session> make_session() const;
  void describe();

  Ort::Env& env_;
  std::string path_;
  std::uint32_t threads_;
  Ort::SessionOptions options_;
  std::shared_ptr<Ort::Session> shared_;
  std::vector<TensorDescription> inputs_;
  std::vector<TensorDescription> outputs_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::vector<slipway_tensor_info> input_infos_;
  std::vector<slipway_tensor_info> output_infos_;
  std::vector<slipway_key_value> metadata_infos_;
  slipway_model_info info_{};
};

/// One instance: its session, and the tables that it runs with. One run at a time.
class Instance {
 public:
  Instance(Model& model, std::uint32_t index);
  void run(const slipway_run& run);

 private:
  std::shared_ptr<Ort::Session> session_;
  std::vector<const char*> input_names_;
  std::vector<const char*> output_names_;
  Ort::MemoryInfo memory_;
  // of the run, kept for their room
  std::vector<const char*> names_;
  std::vector<const char*> wanted_;
  std::vector<Ort::Value> values_;
  std::vector<Ort::Value> outputs_;
};

}  // namespace slipway::onnxruntime
