#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "core/tensor.hpp"
#include "models/registry.hpp"

namespace slipway::protocol {

/// A prediction in the form of TensorFlow Serving's REST API, which is also KServe's V1
/// (https://www.tensorflow.org/tfx/serving/api_rest).
struct DecodedPredict {
  core::Request request;
  bool by_row = true;  ///< "instances" were given and "predictions" are to be; else "inputs" and "outputs"
};

/// Decodes `{"instances": […]}`, a row an element: nested lists for a model with one input, or `{"name": …}` for each
/// row; or `{"inputs": …}`, whole tensors. BYTES elements may be `{"b64": "…"}`. A "signature_name" other than
/// "serving_default" is an invalid_argument: models here have one signature.
core::Result<DecodedPredict> decode_predict(core::Buffer body, std::span<const core::TensorInfo> inputs);

/// `{"predictions": […]}` or `{"outputs": …}`; without names where there is one output. NaN and infinities are null.
core::Result<std::string> encode_predict(const core::Response& response, bool by_row);

/// The document of GET /v1/models/NAME: TensorFlow Serving's states of the versions, KServe's name and ready, OpenAI's
/// id, and what Watson's clients read of a speech model. `serving` is the version that answers, null where none does.
std::string v1_status(const std::string& name, const std::vector<models::IndexEntry>& versions,
                      const models::Handle& serving);
/// The document of GET /v1/models/NAME/metadata: the signature that the model has.
std::string v1_metadata(const models::ModelVersion& version);
/// The list of models of GET /v1/models: KServe's `models` are names; in it stand speech models as Watson's clients
/// read them, as objects; OpenAI's list is under `data`.
std::string v1_models(const std::vector<models::Handle>& services);

}  // namespace slipway::protocol
