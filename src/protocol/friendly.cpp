#include "protocol/friendly.hpp"

#include <fmt/format.h>

#include "protocol/json_tensor.hpp"
#include "protocol/named_inputs.hpp"

namespace slipway::protocol {

using core::invalid;

namespace {

const core::TensorInfo* input_called(std::string_view key, std::span<const core::TensorInfo> inputs) {
  for (const core::TensorInfo& input : inputs) {
    if (input.name == key) return &input;
  }
  return inputs.size() == 1 && key == "input" ? inputs.data() : nullptr;
}

void append_head(std::string& out, const core::Response& response) {
  out += R"({"model":)";
  append_string(out, response.model);
  out += R"(,"version":)";
  append_string(out, response.version);
}

void append_labels(std::string& out, const std::vector<transform::Label>& labels) {
  out += '[';
  for (const transform::Label& label : labels) {
    if (out.back() == '}') out += ',';
    out += R"({"label":)";
    append_string(out, label.label);
    out += fmt::format(R"(,"index":{},"score":{}}})", label.index, static_cast<float>(label.score));
  }
  out += ']';
}

}  // namespace

core::Result<core::Request> decode_friendly(core::Buffer body, std::span<const core::TensorInfo> inputs) {
  const auto unknown = [inputs](core::Request& /*request*/, std::string_view key, simdjson::ondemand::value /*value*/,
                                bool /*inside*/) -> core::Result<void> {
    return invalid(fmt::format("no input \"{}\"; there are: {}", key, core::quoted_names(inputs)));
  };
  return read_named_inputs(body, inputs,
                           {.input_of = [inputs](std::string_view key) { return input_called(key, inputs); },
                            .nested = {},
                            .other = unknown,
                            .added_dimensions_max = 1,
                            .fills_shapes = false});
}

core::Result<std::string> encode_friendly(const core::Response& response) {
  std::string out;
  append_head(out, response);
  out += R"(,"outputs":{)";
  for (std::size_t i = 0; i < response.outputs.size(); ++i) {
    if (i != 0) out += ',';
    append_string(out, response.outputs[i].name);
    out += ':';
    TRY_VOID(append_nested(out, response.outputs[i].view(), Written::json));
  }
  out += "}}";
  return out;
}

std::string encode_labels(const core::Response& response, const std::vector<std::vector<transform::Label>>& rows) {
  std::string out;
  append_head(out, response);
  out += R"(,"labels":)";
  if (rows.size() == 1) {
    append_labels(out, rows.front());
  } else {
    out += '[';
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i != 0) out += ',';
      append_labels(out, rows[i]);
    }
    out += ']';
  }
  out += '}';
  return out;
}

}  // namespace slipway::protocol
