#include "protocol/friendly.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "protocol/json_fault.hpp"
#include "protocol/json_tensor.hpp"

namespace slipway::protocol {

using core::invalid;
namespace ondemand = simdjson::ondemand;

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

/// The inputs of `body`, which is only read.
core::Result<core::Request> read_inputs(const core::Buffer& body, std::span<const core::TensorInfo> inputs) {
  BorrowedParser parser;
  ondemand::document document;
  ondemand::object root;
  const simdjson::padded_string_view view(body.text().data(), body.size(), body.size() + core::Buffer::padding);
  simdjson::error_code error = parser->iterate(view).get(document);
  if (error == simdjson::SUCCESS) error = document.get_object().get(root);
  if (error != simdjson::SUCCESS) {
    return invalid(fmt::format("the body is not a JSON object: {}; {{\"NAME\": nested lists}} expected with {}",
                               simdjson::error_message(error), core::quoted_names(inputs)));
  }
  core::Request request;
  for (auto field : root) {
    std::string_view key;
    ondemand::value value;
    error = field.unescaped_key().get(key);
    if (error == simdjson::SUCCESS) error = field.value().get(value);
    if (error != simdjson::SUCCESS) return invalid(simdjson::error_message(error));
    const core::TensorInfo* info = input_called(key, inputs);
    if (info == nullptr) return invalid(fmt::format("no input \"{}\"; there are: {}", key, core::quoted_names(inputs)));
    auto tensor = parse_nested_tensor(value, info->name, info->dtype);
    if (!tensor) return std::unexpected(tensor.error().within(fmt::format("input \"{}\"", info->name)));
    if (tensor->shape.size() + 1 == info->shape.size()) tensor->shape.insert(tensor->shape.begin(), 1);
    request.storage.push_back(std::move(tensor->data));
    request.inputs.push_back({info->name, info->dtype, std::move(tensor->shape), request.storage.back().bytes()});
  }
  if (!at_end(document)) return invalid("something follows the JSON object; one object is expected");
  for (const core::TensorInfo& info : inputs) {
    if (!std::ranges::any_of(request.inputs, [&](const core::TensorView& given) { return given.name == info.name; }))
      return invalid(fmt::format("input \"{}\" is missing; expected are: {}", info.name, core::quoted_names(inputs)));
  }
  return request;
}

}  // namespace

core::Result<core::Request> decode_friendly(core::Buffer body, std::span<const core::TensorInfo> inputs) {
  auto request = read_inputs(body, inputs);
  if (!request) return std::unexpected(with_json_fault(std::move(request).error(), body.text()));
  return request;
}

core::Result<std::string> encode_friendly(const core::Response& response) {
  std::string out;
  append_head(out, response);
  out += R"(,"outputs":{)";
  for (std::size_t i = 0; i < response.outputs.size(); ++i) {
    if (i != 0) out += ',';
    append_string(out, response.outputs[i].name);
    out += ':';
    TRY_VOID(append_nested(out, response.outputs[i].view()));
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
