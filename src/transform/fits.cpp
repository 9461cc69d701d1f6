#include "transform/fits.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>

#include "transform/bytes.hpp"
#include "transform/labels.hpp"
#include "transform/named.hpp"

namespace slipway::transform {

namespace {

/// No tensor is meant by `name`: says which there are.
std::unexpected<core::Error> nothing_named(std::string_view transform, std::string_view kind, const std::string& name,
                                           const std::vector<core::TensorInfo>& tensors) {
  return core::fail(core::Code::invalid_argument,
                    fmt::format("transform {}: {}; there are: {}", transform,
                                name.empty() ? fmt::format("it must name one of the model's {}s", kind)
                                             : fmt::format("the model has no {} \"{}\"", kind, name),
                                core::quoted_names(tensors)));
}

}  // namespace

core::Result<void> check_fits(const config::ModelSpec& spec, const std::vector<core::TensorInfo>& inputs,
                              const std::vector<core::TensorInfo>& outputs) {
  if (spec.bytes_input) {
    const core::TensorInfo* input = find_named(inputs, spec.bytes_input->input);
    if (input == nullptr) return nothing_named("bytes", "input", spec.bytes_input->input, inputs);
    TRY_VOID(check_bytes_input(*spec.bytes_input, *input));
  }
  if (spec.labels_output) {
    const core::TensorInfo* output = find_named(outputs, spec.labels_output->output);
    if (output == nullptr) return nothing_named("labels", "output", spec.labels_output->output, outputs);
    TRY_VOID(check_scores(*spec.labels_output, output->name, output->dtype, output->shape));
  }
  return {};
}

}  // namespace slipway::transform
