#include "cli/v2_client.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <utility>

#include "protocol/json_input.hpp"
#include "protocol/json_tensor.hpp"

namespace slipway::cli {

namespace ondemand = simdjson::ondemand;
using core::Code;

namespace {

void append_outputs(std::string& json, const std::vector<std::string>& outputs) {
  if (outputs.empty()) return;
  json += R"(,"outputs":[)";
  for (const std::string& output : outputs) {
    if (json.back() == '}') json += ',';
    json += R"({"name":)";
    protocol::append_string(json, output);
    json += '}';
  }
  json += ']';
}

void append_parameters(std::string& json, const core::Parameters& parameters, bool binary) {
  json += R"(,"parameters":{)";
  if (binary) json += R"("binary_data_output":true)";
  for (const auto& [name, value] : parameters) {
    if (name == "binary_data_output") continue;
    if (json.back() != '{') json += ',';
    protocol::append_string(json, name);
    json += ':';
    protocol::append_parameter(json, value);
  }
  json += '}';
}

std::unexpected<core::Error> no_answer(std::string_view why) {
  return core::fail(Code::unavailable, fmt::format("the answer is not as the protocol has it: {}", why));
}

/// The outputs of an answer; binary ones lie behind its JSON.
core::Result<std::vector<core::Tensor>> outputs_of(ondemand::array list, std::string_view binary) {
  std::vector<core::Tensor> outputs;
  for (auto item : list) {
    ondemand::object object;
    if (item.get_object().get(object) != simdjson::SUCCESS) return no_answer("an output is no object");
    auto output = protocol::read_json_input(object, outputs.size());
    if (!output) return no_answer(output.error().message());
    core::Tensor tensor{std::string(output->name), output->dtype, std::move(output->shape), std::move(output->data)};
    if (output->binary_size) {
      if (*output->binary_size > binary.size()) return no_answer("it is cut short");
      tensor.data = core::Buffer::copy_of(binary.substr(0, *output->binary_size));
      binary.remove_prefix(*output->binary_size);
    }
    if (const auto checked = core::check_size(tensor.view()); !checked) return no_answer(checked.error().message());
    outputs.push_back(std::move(tensor));
  }
  return outputs;
}

}  // namespace

core::Result<V2Question> v2_question(const core::Request& request, bool binary) {
  std::string json = "{";
  if (!request.id.empty()) {
    json += R"("id":)";
    protocol::append_string(json, request.id);
    json += ',';
  }
  json += R"("inputs":[)";
  std::string bytes;
  for (const core::TensorView& input : request.inputs) {
    if (json.back() == '}') json += ',';
    json += R"({"name":)";
    protocol::append_string(json, input.name);
    json += fmt::format(R"(,"datatype":"{}","shape":{})", core::name_of(input.dtype), core::to_string(input.shape));
    if (binary) {
      json += fmt::format(R"(,"parameters":{{"binary_data_size":{}}})", input.bytes.size());
      bytes.append(reinterpret_cast<const char*>(input.bytes.data()), input.bytes.size());
    } else {
      json += R"(,"data":)";
      TRY_VOID(protocol::append_flat(json, input));
    }
    json += '}';
  }
  json += ']';
  append_outputs(json, request.outputs);
  append_parameters(json, request.parameters, binary);
  json += '}';
  const std::size_t json_bytes = json.size();
  return V2Question{.body = json + bytes, .json_bytes = json_bytes};
}

core::Result<core::Response> v2_answer(std::string_view body, std::optional<std::size_t> json_bytes) {
  const std::size_t length = json_bytes.value_or(body.size());
  if (length > body.size()) return no_answer("it is cut short");
  const simdjson::padded_string text(body.substr(0, length));
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object root;
  if (parser.iterate(text).get(document) != simdjson::SUCCESS || document.get_object().get(root) != simdjson::SUCCESS)
    return no_answer("it is no JSON object");
  core::Response response;
  for (auto field : root) {
    std::string_view key;
    ondemand::value value;
    std::string_view word;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(value) != simdjson::SUCCESS)
      return no_answer("its JSON is damaged");
    if (key == "model_name" && value.get_string().get(word) == simdjson::SUCCESS) response.model = word;
    if (key == "model_version" && value.get_string().get(word) == simdjson::SUCCESS) response.version = word;
    if (key != "outputs") continue;
    ondemand::array list;
    if (value.get_array().get(list) != simdjson::SUCCESS) return no_answer("\"outputs\" is no list");
    TRY(response.outputs, outputs_of(list, body.substr(length)));
  }
  return response;
}

}  // namespace slipway::cli
