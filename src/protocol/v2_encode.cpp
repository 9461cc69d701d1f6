#include <fmt/format.h>

#include "protocol/json_tensor.hpp"
#include "protocol/v2_infer.hpp"

namespace slipway::protocol {

core::Result<EncodedInfer> encode_infer(core::Response response, const OutputForm& form) {
  std::string json = R"({"model_name":)";
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
    json += fmt::format(R"(,"datatype":"{}","shape":{})", core::name_of(output.dtype), core::to_string(output.shape));
    if (form.shared(output.name) != nullptr) {
      // no data, and no parameters either: Triton's C++ client takes any for those of binary data
      json += '}';
      continue;
    }
    if (form.is_binary(output.name)) {
      json += fmt::format(R"(,"parameters":{{"binary_data_size":{}}})", output.data.size());
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
