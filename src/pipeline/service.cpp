#include "pipeline/service.hpp"

#include <fmt/format.h>

#include <utility>

#include "transform/bytes.hpp"
#include "transform/named.hpp"

namespace slipway::pipeline {

bool takes_bytes(const models::ModelVersion& version) { return version.spec().bytes_input.has_value(); }
bool gives_labels(const models::ModelVersion& version) { return version.spec().labels_output.has_value(); }

core::Result<core::Request> prepare(const models::ModelVersion& version, const core::Buffer& thing) {
  const config::BytesTransformSpec& spec = *version.spec().bytes_input;
  const core::TensorInfo* input = transform::find_named(version.inputs(), spec.input);
  if (input == nullptr) {
    return core::fail(
        core::Code::failed_precondition,
        fmt::format(R"(transform bytes of model "{}" names no input that it has: "{}")", version.name(), spec.input));
  }
  TRY(core::Tensor tensor, transform::bytes_to_tensor(spec, *input, thing.bytes()));
  core::Request request;
  request.storage.push_back(std::move(tensor.data));
  request.inputs.push_back({input->name, tensor.dtype, std::move(tensor.shape), request.storage.back().bytes()});
  return request;
}

core::Result<std::vector<std::vector<transform::Label>>> labels(const models::ModelVersion& version,
                                                                const core::Response& response) {
  const config::LabelsTransformSpec& spec = *version.spec().labels_output;
  const core::Tensor* output = transform::find_named(response.outputs, spec.output);
  if (output == nullptr) {
    return core::fail(core::Code::failed_precondition,
                      fmt::format(R"(transform labels of model "{}" names no output that it gave: "{}")",
                                  version.name(), spec.output));
  }
  return transform::tensor_to_labels(spec, output->view());
}

}  // namespace slipway::pipeline
