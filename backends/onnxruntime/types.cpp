#include "types.hpp"

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace slipway::onnxruntime {

namespace {

constexpr std::array<std::pair<ONNXTensorElementDataType, slipway_dtype>, 14> types{{
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL, SLIPWAY_BOOL},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8, SLIPWAY_UINT8},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16, SLIPWAY_UINT16},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32, SLIPWAY_UINT32},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64, SLIPWAY_UINT64},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8, SLIPWAY_INT8},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16, SLIPWAY_INT16},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32, SLIPWAY_INT32},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, SLIPWAY_INT64},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, SLIPWAY_FP16},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, SLIPWAY_FP32},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE, SLIPWAY_FP64},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16, SLIPWAY_BF16},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, SLIPWAY_BYTES},
}};

constexpr std::array<std::size_t, 15> sizes{0, 1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8, 2, 0};

Ort::Value strings_from(const slipway_tensor& tensor) {
  Ort::AllocatorWithDefaultOptions allocator;
  auto value = Ort::Value::CreateTensor(allocator, tensor.shape, tensor.rank, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING);
  const auto count = value.GetTensorTypeAndShapeInfo().GetElementCount();
  const auto* bytes = static_cast<const char*>(tensor.data);
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t length = 0;
    if (tensor.size_bytes - at < sizeof length) throw std::runtime_error("a BYTES input is cut short");
    std::memcpy(&length, bytes + at, sizeof length);
    at += sizeof length;
    if (tensor.size_bytes - at < length) throw std::runtime_error("a BYTES input is cut short");
    char* room = value.GetResizedStringTensorElementBuffer(i, length);
    std::memcpy(room, bytes + at, length);
    at += length;
  }
  return value;
}

void* room_for(const slipway_output_sink& sink, std::uint32_t index, slipway_dtype dtype,
               const std::vector<std::int64_t>& shape, std::size_t size) {
  void* room = sink.allocate(sink.context, index, dtype, shape.data(), static_cast<std::uint32_t>(shape.size()), size);
  if (room == nullptr) throw std::runtime_error("no memory was given for an output");
  return room;
}

void write_strings(const Ort::Value& value, std::uint32_t index, const std::vector<std::int64_t>& shape,
                   std::size_t count, const slipway_output_sink& sink) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string element = value.GetStringTensorElement(i);
    const auto length = static_cast<std::uint32_t>(element.size());
    out.append(reinterpret_cast<const char*>(&length), sizeof length);
    out += element;
  }
  std::memcpy(room_for(sink, index, SLIPWAY_BYTES, shape, out.size()), out.data(), out.size());
}

}  // namespace

std::optional<slipway_dtype> dtype_of(ONNXTensorElementDataType type) {
  for (const auto& [onnx, dtype] : types) {
    if (onnx == type) return dtype;
  }
  return std::nullopt;
}

ONNXTensorElementDataType onnx_type_of(slipway_dtype dtype) {
  for (const auto& [onnx, ours] : types) {
    if (ours == dtype) return onnx;
  }
  return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
}

Ort::Value value_from(const slipway_tensor& tensor, const Ort::MemoryInfo& memory) {
  if (tensor.dtype == SLIPWAY_BYTES) return strings_from(tensor);
  // the runtime only reads its inputs; its API has no const
  return Ort::Value::CreateTensor(memory, const_cast<void*>(tensor.data), tensor.size_bytes, tensor.shape, tensor.rank,
                                  onnx_type_of(tensor.dtype));
}

void write_output(const Ort::Value& value, std::uint32_t output_index, const slipway_output_sink& sink) {
  const auto info = value.GetTensorTypeAndShapeInfo();
  const auto dtype = dtype_of(info.GetElementType());
  if (!dtype) throw std::runtime_error("an output has an element type that the protocol lacks");
  const std::vector<std::int64_t> shape = info.GetShape();
  const std::size_t count = info.GetElementCount();
  if (*dtype == SLIPWAY_BYTES) {
    write_strings(value, output_index, shape, count, sink);
    return;
  }
  const std::size_t size = count * sizes.at(*dtype);
  void* room = room_for(sink, output_index, *dtype, shape, size);
  if (size != 0) std::memcpy(room, value.GetTensorRawData(), size);
}

}  // namespace slipway::onnxruntime
