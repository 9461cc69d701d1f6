#include "cli/infer_input.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <utility>

#include "cli/npy.hpp"
#include "protocol/friendly.hpp"
#include "protocol/v2_infer.hpp"

namespace slipway::cli {

using core::Code;

namespace {

bool is_v2_request(const core::Buffer& file) {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  const simdjson::padded_string_view view(file.text(), file.size() + core::Buffer::padding);
  if (parser.iterate(view).get(document) != simdjson::SUCCESS) return false;
  simdjson::ondemand::array inputs;
  return document["inputs"].get_array().get(inputs) == simdjson::SUCCESS;
}

core::Result<core::Request> request_from_npy(const core::Buffer& file, std::span<const core::TensorInfo> inputs,
                                             const std::string& input_name) {
  const core::TensorInfo* info = inputs.size() == 1 && input_name.empty() ? inputs.data() : nullptr;
  std::string names;
  for (const core::TensorInfo& input : inputs) {
    if (input.name == input_name) info = &input;
    names += (names.empty() ? "" : ", ") + input.name;
  }
  if (info == nullptr) {
    return core::fail(Code::invalid_argument,
                      fmt::format("--input \"{}\": one of the model's inputs expected: {}", input_name, names));
  }
  TRY(core::Tensor tensor, parse_npy(file, info->name));
  if (tensor.shape.size() + 1 == info->shape.size()) tensor.shape.insert(tensor.shape.begin(), 1);
  core::Request request;
  request.storage.push_back(std::move(tensor.data));
  request.inputs.push_back({info->name, tensor.dtype, std::move(tensor.shape), request.storage.back().bytes()});
  return request;
}

}  // namespace

InputKind kind_of(const std::filesystem::path& file) {
  if (file.extension() == ".json") return InputKind::json;
  if (file.extension() == ".npy") return InputKind::npy;
  return InputKind::thing;
}

core::Result<core::Request> request_from(core::Buffer file, InputKind kind, std::span<const core::TensorInfo> inputs,
                                         const std::string& input_name) {
  if (kind == InputKind::npy) return request_from_npy(file, inputs, input_name);
  if (is_v2_request(file)) {
    TRY(protocol::DecodedInfer decoded, protocol::decode_infer(std::move(file), std::nullopt, inputs));
    return std::move(decoded.request);
  }
  return protocol::decode_friendly(std::move(file), inputs);
}

}  // namespace slipway::cli
