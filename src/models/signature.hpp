#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"
#include "scheduler/job.hpp"

namespace slipway::models {

/// What clients of a model see of its inputs and outputs, and how that becomes what the model takes: a configuration
/// may narrow dimensions, reshape tensors, leave outputs out, and keep inputs for itself (the controls and states of
/// sequences). Immutable once made; safe from any thread.
class Signature {
 public:
  /// invalid_argument, naming the tensor, when `spec` declares what the model has not.
  static core::Result<Signature> of(const config::ModelSpec& spec, const std::vector<core::TensorInfo>& model_inputs,
                                    const std::vector<core::TensorInfo>& model_outputs, bool batches);

  const std::vector<core::TensorInfo>& inputs() const { return inputs_; }
  const std::vector<core::TensorInfo>& outputs() const { return outputs_; }

  /// Turns a job in terms of `inputs()` and `outputs()` into one of the model's. Inputs that clients do not give are
  /// left without bytes for whoever fills them. What it gives is reshaped back before its completion.
  void to_model(scheduler::Job& job) const;

  /// The shape in which the model gets one request of `input`, one of its own. `dims` are those that clients see, the
  /// batch's left out. Of what the server fills itself they are the model's, and the batch's may be left out.
  /// invalid_argument, naming the input, where they do not fit.
  core::Result<core::Shape> one_row(const core::TensorInfo& input, core::Shape dims) const;

 private:
  /// The dimensions beyond the batch's that a tensor has for clients and for the model.
  struct Reshape {
    core::Shape clients;
    core::Shape models;
  };
  struct Place {
    std::uint32_t index = 0;  ///< into the model's
    std::optional<Reshape> reshape;
  };

  static core::Result<Place> add(const config::DeclaredTensor* declared, const core::TensorInfo& info, bool batches,
                                 std::vector<core::TensorInfo>& shown);
  core::Shape models_shape(const Reshape& reshape, const core::Shape& shape) const;
  core::Completion reshaped_back(core::Completion done) const;

  std::vector<core::TensorInfo> inputs_;
  std::vector<core::TensorInfo> outputs_;
  std::vector<Place> input_places_;   ///< one for each of inputs_, ascending
  std::vector<Place> output_places_;  ///< one for each of outputs_, ascending
  std::size_t model_inputs_ = 0;
  bool batches_ = false;
  bool plain_ = true;  ///< nothing is to be done
  bool reshapes_outputs_ = false;
};

/// `given`, an instance of `from`, in the form `to`: what `from` leaves open goes, in order, to what `to` leaves open.
core::Shape reshaped(const core::Shape& given, const core::Shape& from, const core::Shape& to);

}  // namespace slipway::models
