#include "transform/bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace slipway::transform {

using core::Code;
using core::DataType;

namespace {

constexpr std::string_view white_space = " \t\n\r\v\f";

template <class T>
void write_row(core::Buffer& data, const std::vector<std::int32_t>& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const T value = static_cast<T>(row[i]);
    std::memcpy(data.data() + i * sizeof value, &value, sizeof value);
  }
}

}  // namespace

core::Result<core::Tensor> bytes_to_tensor(const config::BytesTransformSpec& spec, const core::TensorInfo& input,
                                           std::span<const std::byte> file) {
  const std::int64_t width = spec.head + spec.tail;
  if (input.shape.size() != 2 || (input.shape[1] != -1 && input.shape[1] != width)) {
    return core::fail(Code::failed_precondition,
                      fmt::format("transform bytes gives [1,{}], input \"{}\" takes {}", width, input.name,
                                  core::to_string(input.shape)));
  }
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const auto block = static_cast<std::size_t>(spec.block);
  std::string_view head = text.substr(0, block);
  std::string_view tail = text.substr(text.size() - std::min(block, text.size()));
  if (spec.strip) {
    head.remove_prefix(std::min(head.find_first_not_of(white_space), head.size()));
    tail.remove_suffix(tail.size() - (tail.find_last_not_of(white_space) + 1));
  }
  head = head.substr(0, static_cast<std::size_t>(spec.head));
  tail = tail.substr(tail.size() - std::min(static_cast<std::size_t>(spec.tail), tail.size()));

  std::vector<std::int32_t> row(static_cast<std::size_t>(width), spec.pad);
  const auto as_number = [](char c) { return static_cast<std::int32_t>(static_cast<unsigned char>(c)); };
  std::ranges::transform(head, row.begin(), as_number);
  std::ranges::transform(tail, row.end() - static_cast<std::ptrdiff_t>(tail.size()), as_number);

  core::Tensor tensor{.name = input.name,
                      .dtype = input.dtype,
                      .shape = {1, width},
                      .data = core::Buffer(row.size() * core::element_size(input.dtype))};
  switch (input.dtype) {
    case DataType::int32: write_row<std::int32_t>(tensor.data, row); break;
    case DataType::int64: write_row<std::int64_t>(tensor.data, row); break;
    case DataType::int16: write_row<std::int16_t>(tensor.data, row); break;
    case DataType::uint16: write_row<std::uint16_t>(tensor.data, row); break;
    case DataType::fp32: write_row<float>(tensor.data, row); break;
    default:
      return core::fail(Code::failed_precondition,
                        fmt::format("transform bytes gives INT16, UINT16, INT32, INT64 or FP32, input \"{}\" takes {}",
                                    input.name, core::name_of(input.dtype)));
  }
  return tensor;
}

}  // namespace slipway::transform
