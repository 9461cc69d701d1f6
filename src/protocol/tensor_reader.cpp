#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "protocol/json_tensor.hpp"

namespace slipway::protocol {

using core::Code;
using core::DataType;
namespace ondemand = simdjson::ondemand;

namespace {

/// Lists deeper than this are no tensor.
constexpr std::size_t most_dimensions = 32;

/// Collects elements in a tensor's layout.
class Collector {
 public:
  Collector(DataType dtype, std::size_t expected) : dtype_(dtype), size_(core::element_size(dtype)) {
    data_ = core::Buffer(dtype == DataType::bytes ? 0 : expected * size_);
    data_.resize(0);
  }

  core::Result<void> add(ondemand::value value) {
    switch (dtype_) {
      case DataType::boolean: return add_boolean(value);
      case DataType::uint8: return add_unsigned<std::uint8_t>(value);
      case DataType::uint16: return add_unsigned<std::uint16_t>(value);
      case DataType::uint32: return add_unsigned<std::uint32_t>(value);
      case DataType::uint64: return add_unsigned<std::uint64_t>(value);
      case DataType::int8: return add_signed<std::int8_t>(value);
      case DataType::int16: return add_signed<std::int16_t>(value);
      case DataType::int32: return add_signed<std::int32_t>(value);
      case DataType::int64: return add_signed<std::int64_t>(value);
      case DataType::fp16:
        return add_float(value, [this](double number) { put(core::float_to_fp16(static_cast<float>(number))); });
      case DataType::bf16:
        return add_float(value, [this](double number) { put(core::float_to_bf16(static_cast<float>(number))); });
      case DataType::fp32: return add_float(value, [this](double number) { put(static_cast<float>(number)); });
      case DataType::fp64: return add_float(value, [this](double number) { put(number); });
      case DataType::bytes: return add_string(value);
    }
    return core::fail(Code::internal, "an element type without a reader");
  }

  /// Counts an element that there is no room for.
  void skip() { ++count_; }

  std::size_t count() const { return count_; }
  core::Buffer take() { return std::move(data_); }

 private:
  std::unexpected<core::Error> wrong(ondemand::value value, std::string_view expected) const {
    std::string_view token = value.raw_json_token();
    while (token.ends_with(' ') || token.ends_with('\n')) token.remove_suffix(1);
    return core::fail(Code::invalid_argument, fmt::format("element {}: {} given, {} expected for {}", count_,
                                                          token.substr(0, 40), expected, core::name_of(dtype_)));
  }

  template <class T>
  void put(T value) {
    const std::size_t at = data_.size();
    data_.resize(at + sizeof value);
    std::memcpy(data_.data() + at, &value, sizeof value);
    ++count_;
  }

  core::Result<void> add_boolean(ondemand::value value) {
    bool flag = false;
    if (value.get_bool().get(flag) != simdjson::SUCCESS) {
      std::uint64_t number = 2;
      if (value.get_uint64().get(number) != simdjson::SUCCESS || number > 1) return wrong(value, "true or false");
      flag = number == 1;
    }
    put(static_cast<std::uint8_t>(flag));
    return {};
  }

  template <class T>
  core::Result<void> add_unsigned(ondemand::value value) {
    std::uint64_t number = 0;
    if (value.get_uint64().get(number) != simdjson::SUCCESS || number > std::numeric_limits<T>::max())
      return wrong(value, fmt::format("an integer from 0 to {}", std::numeric_limits<T>::max()));
    put(static_cast<T>(number));
    return {};
  }

  template <class T>
  core::Result<void> add_signed(ondemand::value value) {
    std::int64_t number = 0;
    if (value.get_int64().get(number) != simdjson::SUCCESS || number > std::numeric_limits<T>::max() ||
        number < std::numeric_limits<T>::min())
      return wrong(
          value, fmt::format("an integer from {} to {}", std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    put(static_cast<T>(number));
    return {};
  }

  template <class Put>
  core::Result<void> add_float(ondemand::value value, Put&& put_number) {
    double number = 0;
    if (value.get_double().get(number) != simdjson::SUCCESS) return wrong(value, "a number");
    put_number(number);
    return {};
  }

  core::Result<void> add_string(ondemand::value value) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return wrong(value, "a string");
    const auto length = static_cast<std::uint32_t>(text.size());
    const std::size_t at = data_.size();
    data_.resize(at + sizeof length + text.size());
    std::memcpy(data_.data() + at, &length, sizeof length);
    if (!text.empty()) std::memcpy(data_.data() + at + sizeof length, text.data(), text.size());
    ++count_;
    return {};
  }

  DataType dtype_;
  std::size_t size_;
  core::Buffer data_;
  std::size_t count_ = 0;
};

std::unexpected<core::Error> broken(simdjson::error_code error) {
  return core::fail(Code::invalid_argument, fmt::format("the list is not JSON: {}", simdjson::error_message(error)));
}

/// Adds the elements of a list, whatever its nesting, up to `most`; those beyond are counted alone.
core::Result<void> collect(ondemand::array list, Collector& collector, std::size_t most, std::size_t depth) {
  if (depth > most_dimensions)
    return core::fail(Code::invalid_argument, fmt::format("lists are nested deeper than {}", most_dimensions));
  for (auto item : list) {
    ondemand::value value;
    if (const auto error = item.get(value); error != simdjson::SUCCESS) return broken(error);
    ondemand::json_type type{};
    if (const auto error = value.type().get(type); error != simdjson::SUCCESS) return broken(error);
    if (type == ondemand::json_type::array) {
      ondemand::array inner;
      if (const auto error = value.get_array().get(inner); error != simdjson::SUCCESS) return broken(error);
      TRY_VOID(collect(inner, collector, most, depth + 1));
      continue;
    }
    if (collector.count() < most) {
      TRY_VOID(collector.add(value));
    } else {
      collector.skip();
    }
  }
  return {};
}

/// As collect, and finds the shape: lists of one depth have one length.
core::Result<void> collect_shaped(ondemand::value value, Collector& collector, core::Shape& shape, std::size_t depth) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type); error != simdjson::SUCCESS) return broken(error);
  const bool leaf_depth = collector.count() != 0 && depth == shape.size();
  if (type != ondemand::json_type::array) {
    if (depth < shape.size())
      return core::fail(Code::invalid_argument,
                        fmt::format("element {} stands where a list is expected", collector.count()));
    return collector.add(value);
  }
  if (leaf_depth)
    return core::fail(Code::invalid_argument,
                      fmt::format("a list stands behind element {}, a value expected", collector.count() - 1));
  if (depth >= most_dimensions)
    return core::fail(Code::invalid_argument, fmt::format("lists are nested deeper than {}", most_dimensions));
  const bool first = depth == shape.size();
  if (first) shape.push_back(-1);
  ondemand::array list;
  if (const auto error = value.get_array().get(list); error != simdjson::SUCCESS) return broken(error);
  std::int64_t length = 0;
  for (auto item : list) {
    ondemand::value inner;
    if (const auto error = item.get(inner); error != simdjson::SUCCESS) return broken(error);
    TRY_VOID(collect_shaped(inner, collector, shape, depth + 1));
    ++length;
  }
  if (shape[depth] == -1) {
    shape[depth] = length;
  } else if (shape[depth] != length) {
    return core::fail(
        Code::invalid_argument,
        fmt::format("lists of {} and of {} elements stand side by side; they must be equal", shape[depth], length));
  }
  return {};
}

}  // namespace

bool ends_with(ondemand::object& object, std::string_view text) {
  std::string_view raw;
  if (object.raw_json().get(raw) != simdjson::SUCCESS) return true;  // what is wrong inside is found by who reads it
  const auto end = static_cast<std::size_t>(raw.data() + raw.size() - text.data());
  bool reset = false;
  if (object.reset().get(reset) != simdjson::SUCCESS) return true;
  return text.find_first_not_of(" \t\r\n", end) == std::string_view::npos;
}

core::Result<core::Buffer> parse_tensor_data(ondemand::value data, DataType dtype,
                                             std::span<const std::int64_t> shape) {
  const auto count = core::element_count(shape);
  if (!count)
    return core::fail(Code::invalid_argument,
                      fmt::format("shape {} has a negative dimension or too many elements", core::to_string(shape)));
  ondemand::array list;
  if (const auto error = data.get_array().get(list); error != simdjson::SUCCESS)
    return core::fail(Code::invalid_argument, "\"data\" is no list");
  // Memory grows with what is really there: a shape is only a claim.
  constexpr std::int64_t most_reserved = 1 << 16;
  Collector collector(dtype, static_cast<std::size_t>(std::min(*count, most_reserved)));
  TRY_VOID(collect(list, collector, static_cast<std::size_t>(*count), 1));
  if (collector.count() != static_cast<std::size_t>(*count)) {
    return core::fail(Code::invalid_argument, fmt::format("{} elements given, shape {} has {}", collector.count(),
                                                          core::to_string(shape), *count));
  }
  return collector.take();
}

core::Result<core::Tensor> parse_nested_tensor(ondemand::value data, std::string name, DataType dtype) {
  Collector collector(dtype, 64);
  core::Shape shape;
  TRY_VOID(collect_shaped(data, collector, shape, 0));
  return core::Tensor{.name = std::move(name), .dtype = dtype, .shape = std::move(shape), .data = collector.take()};
}

}  // namespace slipway::protocol
