#include "protocol/named_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "protocol/json_fault.hpp"
#include "protocol/json_tensor.hpp"

namespace slipway::protocol {

using core::invalid;
namespace ondemand = simdjson::ondemand;

namespace {

/// The shape that `count` elements of a flat list fill; nothing where they do not.
std::optional<core::Shape> filled(core::Shape shape, std::int64_t count) {
  const auto innermost = std::find(shape.rbegin(), shape.rend(), -1);
  std::ranges::replace(shape, -1, 1);
  const std::int64_t fixed = core::element_count(shape).value_or(0);
  if (fixed == 0 || count % fixed != 0 || (innermost == shape.rend() && count != fixed)) return std::nullopt;
  if (innermost != shape.rend()) *innermost = count / fixed;
  return shape;
}

core::Result<void> add_input(core::Request& request, const core::TensorInfo& info, ondemand::value value,
                             const NamedInputsForm& form) {
  auto tensor = parse_nested_tensor(value, info.name, info.dtype);
  if (!tensor) return std::unexpected(tensor.error().within(fmt::format("input \"{}\"", info.name)));
  core::Shape& shape = tensor->shape;
  const bool is_flat = form.fills_shapes && shape.size() == 1 && info.shape.size() > 1;
  if (auto laid_out = is_flat ? filled(info.shape, shape.front()) : std::nullopt)
    shape = *std::move(laid_out);
  else if (shape.size() < info.shape.size() && info.shape.size() - shape.size() <= form.added_dimensions_max)
    shape.insert(shape.begin(), info.shape.size() - shape.size(), 1);
  request.storage.push_back(std::move(tensor->data));
  request.inputs.push_back({info.name, info.dtype, std::move(shape), request.storage.back().bytes()});
  return {};
}

core::Result<void> read_fields(core::Request& request, ondemand::object fields, const NamedInputsForm& form,
                               bool inside = false) {
  for (auto field : fields) {
    std::string_view key;
    ondemand::value value;
    simdjson::error_code error = field.unescaped_key().get(key);
    if (error == simdjson::SUCCESS) error = field.value().get(value);
    if (error != simdjson::SUCCESS) return invalid(simdjson::error_message(error));
    if (const core::TensorInfo* info = form.input_of(key)) {
      TRY_VOID(add_input(request, *info, value, form));
    } else if (!inside && !form.nested.empty() && key == form.nested) {
      ondemand::object inner;
      if (value.get_object().get(inner) != simdjson::SUCCESS)
        return invalid(fmt::format("\"{}\" of the request is no object", form.nested));
      TRY_VOID(read_fields(request, inner, form, true));
    } else {
      TRY_VOID(form.other(request, key, value, inside));
    }
  }
  return {};
}

core::Result<core::Request> read(const core::Buffer& body, std::span<const core::TensorInfo> inputs,
                                 const NamedInputsForm& form) {
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
  TRY_VOID(read_fields(request, root, form));
  if (!at_end(document)) return invalid("something follows the JSON object; one object is expected");
  for (const core::TensorInfo& info : inputs) {
    if (!std::ranges::any_of(request.inputs, [&](const core::TensorView& given) { return given.name == info.name; }))
      return invalid(fmt::format("input \"{}\" is missing; expected are: {}", info.name, core::quoted_names(inputs)));
  }
  return request;
}

}  // namespace

core::Result<core::Request> read_named_inputs(const core::Buffer& body, std::span<const core::TensorInfo> inputs,
                                              const NamedInputsForm& form) {
  auto request = read(body, inputs, form);
  if (!request) return std::unexpected(with_json_fault(std::move(request).error(), body.text()));
  return request;
}

}  // namespace slipway::protocol
