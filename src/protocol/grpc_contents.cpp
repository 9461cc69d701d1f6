#include "protocol/grpc_contents.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>
#include <vector>

#include "core/tensor.hpp"

namespace slipway::protocol {

using core::Code;
using core::DataType;

namespace {

/// The elements of a repeated field as T, each checked to be in its range.
template <class T, class Values>
core::Result<core::Buffer> narrowed(const Values& values, DataType dtype) {
  core::Buffer buffer(static_cast<std::size_t>(values.size()) * sizeof(T));
  std::size_t index = 0;
  for (const auto value : values) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      if (!std::in_range<T>(value))
        return core::fail(Code::invalid_argument,
                          fmt::format("element {}: {} given, out of the range of {}", index, value, name_of(dtype)));
    }
    const T element = static_cast<T>(value);
    std::memcpy(buffer.data() + index++ * sizeof(T), &element, sizeof element);
  }
  return buffer;
}

core::Result<core::Buffer> texts(const google::protobuf::RepeatedPtrField<std::string>& values) {
  std::vector<std::byte> bytes;
  for (const std::string& value : values) core::append_bytes_element(bytes, value);
  return core::Buffer::copy_of(bytes);
}

/// How many elements lie in all the fields together.
int count_of(const inference::InferTensorContents& contents) {
  return contents.bool_contents_size() + contents.int_contents_size() + contents.int64_contents_size() +
         contents.uint_contents_size() + contents.uint64_contents_size() + contents.fp32_contents_size() +
         contents.fp64_contents_size() + contents.bytes_contents_size();
}

struct Field {
  const char* name;
  int count;
};

Field field_of(const inference::InferTensorContents& contents, DataType dtype) {
  switch (dtype) {
    case DataType::boolean: return {"bool_contents", contents.bool_contents_size()};
    case DataType::int8:
    case DataType::int16:
    case DataType::int32: return {"int_contents", contents.int_contents_size()};
    case DataType::int64: return {"int64_contents", contents.int64_contents_size()};
    case DataType::uint8:
    case DataType::uint16:
    case DataType::uint32: return {"uint_contents", contents.uint_contents_size()};
    case DataType::uint64: return {"uint64_contents", contents.uint64_contents_size()};
    case DataType::fp32: return {"fp32_contents", contents.fp32_contents_size()};
    case DataType::fp64: return {"fp64_contents", contents.fp64_contents_size()};
    case DataType::bytes: return {"bytes_contents", contents.bytes_contents_size()};
    case DataType::fp16:
    case DataType::bf16: break;
  }
  return {"raw_input_contents", 0};
}

}  // namespace

core::Result<core::Buffer> buffer_from(const inference::InferTensorContents& contents, DataType dtype) {
  const Field field = field_of(contents, dtype);
  if (field.count != count_of(contents) || dtype == DataType::fp16 || dtype == DataType::bf16) {
    return core::fail(Code::invalid_argument,
                      fmt::format("{} elements are given in another field than {}, where those of {} belong",
                                  count_of(contents) - field.count, field.name, name_of(dtype)));
  }
  switch (dtype) {
    case DataType::boolean: return narrowed<bool>(contents.bool_contents(), dtype);
    case DataType::int8: return narrowed<std::int8_t>(contents.int_contents(), dtype);
    case DataType::int16: return narrowed<std::int16_t>(contents.int_contents(), dtype);
    case DataType::int32: return narrowed<std::int32_t>(contents.int_contents(), dtype);
    case DataType::int64: return narrowed<std::int64_t>(contents.int64_contents(), dtype);
    case DataType::uint8: return narrowed<std::uint8_t>(contents.uint_contents(), dtype);
    case DataType::uint16: return narrowed<std::uint16_t>(contents.uint_contents(), dtype);
    case DataType::uint32: return narrowed<std::uint32_t>(contents.uint_contents(), dtype);
    case DataType::uint64: return narrowed<std::uint64_t>(contents.uint64_contents(), dtype);
    case DataType::fp32: return narrowed<float>(contents.fp32_contents(), dtype);
    case DataType::fp64: return narrowed<double>(contents.fp64_contents(), dtype);
    default: return texts(contents.bytes_contents());
  }
}

}  // namespace slipway::protocol
