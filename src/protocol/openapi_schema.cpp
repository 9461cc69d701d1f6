#include "protocol/openapi_schema.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>

namespace slipway::protocol::openapi {

namespace json = boost::json;
using core::DataType;

namespace {

/// Up to here a nested schema demands the sizes of its lists.
constexpr std::int64_t most_demanded_elements = 64;

bool is_float(DataType dtype) {
  return dtype == DataType::fp16 || dtype == DataType::bf16 || dtype == DataType::fp32 || dtype == DataType::fp64;
}

template <class T>
json::object integer_schema() {
  return {{"type", "integer"}, {"minimum", std::numeric_limits<T>::min()}, {"maximum", std::numeric_limits<T>::max()}};
}

/// Numbers above this have no value in the type.
double most_of(DataType dtype) {
  if (dtype == DataType::fp16) return 65504;
  return dtype == DataType::fp64 ? std::numeric_limits<double>::max() : 3.0e38;
}

json::object output_element_schema(DataType dtype) {
  if (dtype == DataType::boolean) return {{"type", "boolean"}};
  if (dtype == DataType::bytes) return {{"type", "string"}};
  return {{"type", is_float(dtype) ? "number" : "integer"}};
}

json::value example_element(DataType dtype) {
  if (dtype == DataType::boolean) return true;
  if (dtype == DataType::bytes) return "text";
  if (is_float(dtype)) return 0.5;
  return 1;
}

std::string describe(const core::TensorInfo& info) {
  std::string text = fmt::format("{} {}", core::name_of(info.dtype), core::to_string(info.shape));
  if (core::element_count(info.shape).value_or(-1) < 0) text += ", -1 where any size is taken";
  return text;
}

json::object list_of(json::value items) { return {{"type", "array"}, {"items", std::move(items)}}; }

json::value nested_example_of(const json::value& element, std::span<const std::int64_t> shape) {
  if (shape.empty()) return element;
  const json::value inner = nested_example_of(element, shape.subspan(1));
  return json::array(static_cast<std::size_t>(shape.front()), inner);
}

json::object shape_schema() { return list_of(json::object{{"type", "integer"}, {"minimum", 0}}); }

}  // namespace

json::object element_schema(DataType dtype) {
  switch (dtype) {
    case DataType::boolean: return {{"type", "boolean"}};
    case DataType::bytes: return {{"type", "string"}};
    case DataType::uint8: return integer_schema<std::uint8_t>();
    case DataType::uint16: return integer_schema<std::uint16_t>();
    case DataType::uint32: return integer_schema<std::uint32_t>();
    case DataType::uint64: return integer_schema<std::uint64_t>();
    case DataType::int8: return integer_schema<std::int8_t>();
    case DataType::int16: return integer_schema<std::int16_t>();
    case DataType::int32: return integer_schema<std::int32_t>();
    case DataType::int64: return integer_schema<std::int64_t>();
    case DataType::fp16:
    case DataType::bf16:
    case DataType::fp32:
    case DataType::fp64: return {{"type", "number"}, {"minimum", -most_of(dtype)}, {"maximum", most_of(dtype)}};
  }
  return {};
}

json::object nested_input_schema(const core::TensorInfo& info) {
  const bool demanded =
      core::element_count(example_shape(info)).value_or(most_demanded_elements + 1) <= most_demanded_elements;
  json::object schema = element_schema(info.dtype);
  for (std::size_t i = info.shape.size(); i-- > 0;) {
    schema = list_of(std::move(schema));
    if (demanded && info.shape[i] >= 0) {
      schema["minItems"] = info.shape[i];
      schema["maxItems"] = info.shape[i];
    }
  }
  schema["description"] = describe(info);
  return schema;
}

json::object nested_output_schema(const core::TensorInfo& info) {
  // a model that says nothing of an output's shape declares it without dimensions
  if (info.shape.empty()) return {{"description", describe(info)}};
  json::object schema = output_element_schema(info.dtype);
  if (is_float(info.dtype)) schema["type"] = json::array{"number", "null"};
  for (std::size_t i = 0; i < info.shape.size(); ++i) schema = list_of(std::move(schema));
  schema["description"] = describe(info);
  return schema;
}

json::object v2_input_schema(const core::TensorInfo& info) {
  json::object shape = shape_schema();
  shape["minItems"] = info.shape.size();
  shape["maxItems"] = info.shape.size();
  return {{"type", "object"},
          {"title", info.name},
          {"description", describe(info)},
          {"properties", json::object{{"name", json::object{{"const", info.name}}},
                                      {"datatype", json::object{{"const", core::name_of(info.dtype)}}},
                                      {"shape", std::move(shape)},
                                      {"data", list_of(element_schema(info.dtype))}}},
          {"required", json::array{"name", "datatype", "shape", "data"}}};
}

json::object v2_output_schema(const core::TensorInfo& info) {
  // BYTES where classes are asked for, and no data where they lie elsewhere
  json::array elements{output_element_schema(info.dtype), output_element_schema(core::DataType::bytes)};
  return {
      {"type", "object"},
      {"title", info.name},
      {"description", describe(info)},
      {"properties", json::object{{"name", json::object{{"const", info.name}}},
                                  {"datatype", json::object{{"enum", json::array{core::name_of(info.dtype), "BYTES"}}}},
                                  {"shape", shape_schema()},
                                  {"data", list_of(json::object{{"anyOf", std::move(elements)}})}}},
      {"required", json::array{"name", "datatype", "shape"}}};
}

core::Shape example_shape(const core::TensorInfo& info) {
  const bool picture = info.shape.size() == 4;
  core::Shape shape = info.shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] >= 0) continue;
    if (i == 0) {
      shape[i] = 1;
    } else {
      shape[i] = picture ? 32 : 8;
    }
  }
  return shape;
}

json::value nested_example(const core::TensorInfo& info) {
  const core::Shape shape = example_shape(info);
  return nested_example_of(example_element(info.dtype), shape);
}

json::object v2_example(const core::TensorInfo& info) {
  const core::Shape shape = example_shape(info);
  const auto count = static_cast<std::size_t>(core::element_count(shape).value_or(0));
  return {{"name", info.name},
          {"datatype", core::name_of(info.dtype)},
          {"shape", json::array(shape.begin(), shape.end())},
          {"data", json::array(count, example_element(info.dtype))}};
}

}  // namespace slipway::protocol::openapi
