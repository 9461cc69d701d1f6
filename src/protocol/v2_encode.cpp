#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "protocol/json_tensor.hpp"
#include "protocol/v2_infer.hpp"

namespace slipway::protocol {

namespace {

/// About what the JSON of an answer takes, so that it seldom has to move.
std::size_t estimated_bytes(const core::Response& response, const OutputForm& form) {
  constexpr std::size_t frame_bytes = 128;
  constexpr std::size_t number_bytes = 12;
  std::size_t bytes = frame_bytes;
  for (const core::Tensor& output : response.outputs) {
    const std::size_t element = std::max<std::size_t>(core::element_size(output.dtype), 1);
    bytes += frame_bytes + (form.is_binary(output.name) ? 0 : output.data.size() / element * number_bytes);
  }
  return bytes;
}

}  // namespace

core::Result<EncodedInfer> encode_infer(core::Response response, const OutputForm& form) {
  std::string json;
  json.reserve(estimated_bytes(response, form));
  json += R"({"model_name":)";
  append_string(json, response.model);
  json += R"(,"model_version":)";
  append_string(json, response.version);
  if (!response.id.empty()) {
    json += R"(,"id":)";
    append_string(json, response.id);
  }
  json += R"(,"outputs":[)";
  EncodedInfer encoded;
  for (core::Tensor& output : response.outputs) {
    if (json.back() == '}') json += ',';
    json += R"({"name":)";
    append_string(json, output.name);
    fmt::format_to(std::back_inserter(json), R"(,"datatype":"{}","shape":[{}])", core::name_of(output.dtype),
                   fmt::join(output.shape, ","));
    if (form.shared(output.name) != nullptr) {
      // no data, and no parameters either: Triton's C++ client takes any for those of binary data
      json += '}';
      continue;
    }
    if (form.is_binary(output.name)) {
      fmt::format_to(std::back_inserter(json), R"(,"parameters":{{"binary_data_size":{}}})", output.data.size());
      encoded.body.push_back(std::move(output.data));
    } else {
      json += R"(,"data":)";
      TRY_VOID(append_flat(json, output.view()));
    }
    json += '}';
  }
  json += "]}";
  if (!encoded.body.empty()) encoded.json_bytes = json.size();
  encoded.body.insert(encoded.body.begin(), core::Buffer::copy_of(std::string_view(json)));
  return encoded;
}

}  // namespace slipway::protocol
