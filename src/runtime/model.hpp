#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/tensor.hpp"
#include "runtime/backend.hpp"

namespace slipway::runtime {

/// A model's graph as the backend's runtime reads it.
struct GraphCounts {
  std::map<std::string, std::uint64_t> operators;  ///< by type; nested graphs are counted in
  std::uint64_t parameters = 0;                    ///< elements of all weights and constants
  std::uint64_t weight_bytes = 0;
};

/// A model file that a backend has loaded, and what it declares. Immutable, shared by its instances, which keep it
/// alive.
class Model {
 public:
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const std::vector<core::TensorInfo>& inputs() const { return inputs_; }
  const std::vector<core::TensorInfo>& outputs() const { return outputs_; }
  const std::vector<std::pair<std::string, std::string>>& metadata() const { return metadata_; }
  /// Nothing where the backend cannot tell.
  const std::optional<GraphCounts>& graph() const { return graph_; }
  const LoadOptions& options() const { return options_; }
  const Backend& backend() const { return *backend_; }

 private:
  friend class Backend;
  friend class Instance;
  Model() = default;
  /// Takes over what `backend` loaded (it is unloaded with this object, or at once when it cannot be believed) and
  /// reads what it declares.
  static core::Result<std::shared_ptr<Model>> describe(std::shared_ptr<Backend> backend, slipway_model* handle,
                                                       const LoadOptions& options);

  std::shared_ptr<Backend> backend_;
  slipway_model* handle_ = nullptr;
  LoadOptions options_;
  std::vector<core::TensorInfo> inputs_;
  std::vector<core::TensorInfo> outputs_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::optional<GraphCounts> graph_;
};

/// What runs batches: an interface, so that the scheduler is tested with hand-made ones. One thread at a time.
class Runner {
 public:
  virtual ~Runner() = default;

  /// Runs `inputs` (all of the model's, in its order) and gives the outputs numbered in `outputs` (ascending), in that
  /// order. An error leaves the runner usable.
  virtual core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                                      std::span<const std::uint32_t> outputs) = 0;
};

/// One instance of a model on its device. Outputs are written by the backend into the memory of the tensors that `run`
/// gives back. invalid_argument: the values of the inputs are wrong; internal: the runtime failed, or the backend
/// broke the rules of slipway/backend.h.
class Instance : public Runner {
 public:
  static core::Result<std::unique_ptr<Instance>> create(std::shared_ptr<Model> model, std::uint32_t index);
  ~Instance() override;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                              std::span<const std::uint32_t> outputs) override;

 private:
  explicit Instance(std::shared_ptr<Model> model) : model_(std::move(model)) {}

  std::shared_ptr<Model> model_;
  slipway_instance* handle_ = nullptr;
};

/// As many as the model was loaded for (its options' `instances`), or the error of the first that cannot be made.
core::Result<std::vector<std::unique_ptr<Runner>>> create_instances(const std::shared_ptr<Model>& model);

}  // namespace slipway::runtime
