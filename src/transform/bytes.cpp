#include "transform/bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

namespace slipway::transform {

using core::Code;
using core::DataType;

namespace {

constexpr std::string_view white_space = " \t\n\v\f\r";

/// The parts of a file that the row shows.
struct Ends {
  std::string_view head;
  std::string_view tail;
};

Ends ends_of(const config::BytesTransformSpec& spec, std::span<const std::byte> file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const std::size_t block = std::min(static_cast<std::size_t>(spec.block), text.size());
  Ends ends{.head = text.substr(0, block), .tail = text.substr(text.size() - block)};
  if (spec.strip) {
    ends.head.remove_prefix(std::min(ends.head.find_first_not_of(white_space), ends.head.size()));
    ends.tail = ends.tail.substr(0, ends.tail.find_last_not_of(white_space) + 1);  // npos + 1 is 0
  }
  ends.head = ends.head.substr(0, static_cast<std::size_t>(spec.head));
  ends.tail = ends.tail.substr(ends.tail.size() - std::min(static_cast<std::size_t>(spec.tail), ends.tail.size()));
  return ends;
}

template <class T>
void write_row(const config::BytesTransformSpec& spec, const Ends& ends, std::byte* row) {
  const auto put = [&row](T value) {
    std::memcpy(row, &value, sizeof value);
    row += sizeof value;
  };
  const auto put_bytes = [&put](std::string_view bytes) {
    for (const char c : bytes) put(static_cast<T>(static_cast<unsigned char>(c)));
  };
  const auto put_padding = [&](std::int64_t wanted, std::size_t given) {
    for (auto i = static_cast<std::int64_t>(given); i < wanted; ++i) put(static_cast<T>(spec.pad));
  };
  put_bytes(ends.head);
  put_padding(spec.head, ends.head.size());
  put_padding(spec.tail, ends.tail.size());
  put_bytes(ends.tail);
}

using Writer = void (*)(const config::BytesTransformSpec& spec, const Ends& ends, std::byte* row);

/// How rows of a type are written, and the least and the largest `pad` it can hold; no writer where it cannot.
struct Target {
  Writer write = nullptr;
  std::int64_t least = std::numeric_limits<std::int32_t>::min();
  std::int64_t most = std::numeric_limits<std::int32_t>::max();
};

template <class T>
Target integer_target() {
  Target target{.write = write_row<T>};
  if (std::numeric_limits<T>::min() == 0) target.least = 0;
  if (sizeof(T) < sizeof(std::int32_t)) {
    target.least = static_cast<std::int64_t>(std::numeric_limits<T>::min());
    target.most = static_cast<std::int64_t>(std::numeric_limits<T>::max());
  }
  return target;
}

Target target_of(DataType dtype) {
  switch (dtype) {
    case DataType::uint8: return integer_target<std::uint8_t>();
    case DataType::int16: return integer_target<std::int16_t>();
    case DataType::uint16: return integer_target<std::uint16_t>();
    case DataType::int32: return integer_target<std::int32_t>();
    case DataType::uint32: return integer_target<std::uint32_t>();
    case DataType::int64: return integer_target<std::int64_t>();
    case DataType::uint64: return integer_target<std::uint64_t>();
    case DataType::fp32: return {.write = write_row<float>};
    case DataType::fp64: return {.write = write_row<double>};
    default: return {};
  }
}

}  // namespace

core::Result<void> check_bytes_input(const config::BytesTransformSpec& spec, const core::TensorInfo& input) {
  const core::Shape row{1, spec.head + spec.tail};
  const Target target = target_of(input.dtype);
  if (!core::matches(row, input.shape) || target.write == nullptr) {
    return core::fail(
        Code::invalid_argument,
        fmt::format("transform bytes gives a row of numbers {}, input \"{}\" takes {} {}", core::to_string(row),
                    input.name, core::name_of(input.dtype), core::to_string(input.shape)));
  }
  if (spec.pad < target.least || spec.pad > target.most) {
    return core::fail(Code::invalid_argument,
                      fmt::format("transform bytes: pad {} does not fit input \"{}\", which is {}: {} to {} expected",
                                  spec.pad, input.name, core::name_of(input.dtype), target.least, target.most));
  }
  return {};
}

core::Result<core::Tensor> bytes_to_tensor(const config::BytesTransformSpec& spec, const core::TensorInfo& input,
                                           std::span<const std::byte> file) {
  TRY_VOID(check_bytes_input(spec, input));
  const std::int64_t width = spec.head + spec.tail;
  core::Tensor tensor{.name = input.name,
                      .dtype = input.dtype,
                      .shape = {1, width},
                      .data = core::Buffer(static_cast<std::size_t>(width) * core::element_size(input.dtype))};
  target_of(input.dtype).write(spec, ends_of(spec, file), tensor.data.data());
  return tensor;
}

}  // namespace slipway::transform
