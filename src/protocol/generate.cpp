#include "protocol/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocol/json_tensor.hpp"
#include "protocol/limits.hpp"
#include "protocol/named_inputs.hpp"

namespace slipway::protocol {

using core::invalid;
namespace ondemand = simdjson::ondemand;

namespace {

core::Result<void> add_parameter(core::Request& request, std::string_view key, ondemand::value value) {
  if (request.parameters.size() >= most_parameters) return invalid(too_many("parameters", most_parameters));
  std::string name(key);
  auto parameter = parse_parameter(value);
  if (!parameter) return invalid(fmt::format(R"(parameter "{}": {})", name, parameter.error().message()));
  request.parameters.emplace_back(std::move(name), *std::move(parameter));
  return {};
}

core::Result<void> add_other(core::Request& request, std::string_view key, ondemand::value value, bool inside) {
  if (key == "id" && !inside) {
    std::string_view id;
    if (value.get_string().get(id) != simdjson::SUCCESS) return invalid("\"id\" of the request is no string");
    request.id = id;
    return {};
  }
  return add_parameter(request, key, value);
}

}  // namespace

core::Result<core::Request> decode_generate(core::Buffer body, std::span<const core::TensorInfo> inputs) {
  const NamedInputsForm form{.input_of =
                                 [inputs](std::string_view key) {
                                   const auto found = std::ranges::find(inputs, key, &core::TensorInfo::name);
                                   return found == inputs.end() ? nullptr : &*found;
                                 },
                             .nested = "parameters",
                             .other = add_other,
                             .added_dimensions_max = std::numeric_limits<std::size_t>::max(),
                             .fills_shapes = true};
  return read_named_inputs(body, inputs, form);
}

core::Result<std::string> encode_generate(const core::Response& response) {
  std::string out = R"({"model_name":)";
  append_string(out, response.model);
  out += R"(,"model_version":)";
  append_string(out, response.version);
  if (!response.id.empty()) {
    out += R"(,"id":)";
    append_string(out, response.id);
  }
  for (const core::Tensor& output : response.outputs) {
    out += ',';
    append_string(out, output.name);
    out += ':';
    core::TensorView flat = output.view();
    const std::int64_t count = core::element_count(flat.shape).value_or(0);
    flat.shape.clear();
    if (count != 1) flat.shape.push_back(count);
    TRY_VOID(append_nested(out, flat, Written::exact));
  }
  out += '}';
  return out;
}

std::string event_of(const std::string& document) { return fmt::format("data: {}\n\n", document); }

}  // namespace slipway::protocol
