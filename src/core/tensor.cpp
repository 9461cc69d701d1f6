#include "core/tensor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace slipway::core {

namespace {

/// Calls `take` with each element of a BYTES tensor; errors as read_bytes_elements.
template <class Take>
Result<void> walk_bytes_elements(std::span<const std::byte> bytes, std::int64_t count, const Take& take) {
  std::int64_t index = 0;
  for (std::size_t at = 0; at < bytes.size(); ++index) {
    if (bytes.size() - at < sizeof(std::uint32_t))
      return fail(Code::invalid_argument,
                  fmt::format("BYTES element {}: the 4-byte length at byte {} is cut short", index, at));
    const auto length = load<std::uint32_t>(bytes.data() + at);
    at += sizeof length;
    if (bytes.size() - at < length)
      return fail(Code::invalid_argument,
                  fmt::format("BYTES element {}: {} bytes announced, {} left", index, length, bytes.size() - at));
    take(std::string_view(reinterpret_cast<const char*>(bytes.data()) + at, length));
    at += length;
  }
  if (index != count)
    return fail(Code::invalid_argument, fmt::format("{} BYTES elements given, {} expected", index, count));
  return {};
}

}  // namespace

std::string to_string(std::span<const std::int64_t> shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

std::optional<std::int64_t> element_count(std::span<const std::int64_t> shape) {
  if (std::ranges::any_of(shape, [](std::int64_t dim) { return dim < 0; })) return std::nullopt;
  if (std::ranges::find(shape, 0) != shape.end()) return 0;  // however large the others are
  std::int64_t count = 1;
  for (const std::int64_t dim : shape) {
    if (__builtin_mul_overflow(count, dim, &count)) return std::nullopt;
  }
  return count;
}

bool matches(std::span<const std::int64_t> given, std::span<const std::int64_t> expected) {
  if (given.size() != expected.size()) return false;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (expected[i] != -1 && given[i] != expected[i]) return false;
  }
  return true;
}

Result<std::vector<std::string_view>> read_bytes_elements(std::span<const std::byte> bytes, std::int64_t count) {
  std::vector<std::string_view> elements;
  if (count > 0) elements.reserve(std::min(static_cast<std::size_t>(count), bytes.size() / sizeof(std::uint32_t)));
  TRY_VOID(walk_bytes_elements(bytes, count, [&elements](std::string_view element) { elements.push_back(element); }));
  return elements;
}

double float_at(DataType dtype, std::span<const std::byte> bytes, std::size_t index) {
  const std::byte* at = bytes.data() + index * element_size(dtype);
  switch (dtype) {
    case DataType::fp64: return load<double>(at);
    case DataType::fp32: return load<float>(at);
    case DataType::fp16: return fp16_to_float(load<std::uint16_t>(at));
    default: return bf16_to_float(load<std::uint16_t>(at));
  }
}

std::string quoted_names(std::span<const TensorInfo> tensors) {
  std::string names;
  for (const TensorInfo& tensor : tensors) names += fmt::format(R"({}"{}")", names.empty() ? "" : ", ", tensor.name);
  return names;
}

void append_bytes_element(std::vector<std::byte>& out, std::string_view element) {
  const auto length = static_cast<std::uint32_t>(element.size());
  const std::size_t at = out.size();
  out.resize(at + sizeof length + element.size());
  std::memcpy(out.data() + at, &length, sizeof length);
  if (!element.empty()) std::memcpy(out.data() + at + sizeof length, element.data(), element.size());
}

Result<void> check_size(const TensorView& tensor) {
  const auto count = element_count(tensor.shape);
  if (!count)
    return fail(Code::invalid_argument,
                fmt::format("shape {} has a negative dimension or too many elements", to_string(tensor.shape)));
  if (tensor.dtype == DataType::bytes)
    return walk_bytes_elements(tensor.bytes, *count, [](std::string_view /*element*/) {});
  const auto size = static_cast<std::int64_t>(element_size(tensor.dtype));
  std::int64_t expected = 0;
  if (__builtin_mul_overflow(*count, size, &expected) || static_cast<std::uint64_t>(expected) != tensor.bytes.size()) {
    return fail(Code::invalid_argument,
                fmt::format("{} bytes given, {} of shape {} has {} elements of {} bytes", tensor.bytes.size(),
                            name_of(tensor.dtype), to_string(tensor.shape), *count, size));
  }
  return {};
}

}  // namespace slipway::core
