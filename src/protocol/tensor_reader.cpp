#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include "protocol/json_tensor.hpp"
#include "protocol/limits.hpp"
#include "protocol/non_finite.hpp"

namespace slipway::protocol {

using core::DataType;
using core::invalid;
namespace ondemand = simdjson::ondemand;

namespace {

/// Memory that grows with what is put into it: a shape is only a claim.
class Room {
 public:
  explicit Room(std::size_t bytes) : buffer_(std::max<std::size_t>(bytes, 64)) {}

  void put(const void* bytes, std::size_t size) {
    if (size > buffer_.size() - used_) buffer_.resize(std::max(used_ + size, 2 * buffer_.size()));
    std::memcpy(buffer_.data() + used_, bytes, size);
    used_ += size;
  }
  core::Buffer take() {
    buffer_.resize(used_);
    return std::move(buffer_);
  }

 private:
  core::Buffer buffer_;
  std::size_t used_ = 0;
};

// How one element of each kind of type is read: `read` puts it into the room, or gives false; `expected` is what a
// sentence says then.

struct Boolean {
  static std::string expected() { return "true or false"; }
  static bool read(ondemand::value value, Room& room) {
    bool flag = false;
    if (value.get_bool().get(flag) != simdjson::SUCCESS) {
      std::uint64_t number = 2;
      if (value.get_uint64().get(number) != simdjson::SUCCESS || number > 1) return false;
      flag = number == 1;
    }
    const auto byte = static_cast<std::uint8_t>(flag);
    room.put(&byte, sizeof byte);
    return true;
  }
};

template <class T>
struct Integer {
  using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  static std::string expected() {
    return fmt::format("an integer from {} to {}", std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
  }
  static bool read(ondemand::value value, Room& room) {
    Wide wide = 0;
    if (value.get<Wide>().get(wide) != simdjson::SUCCESS || wide > std::numeric_limits<T>::max() ||
        wide < std::numeric_limits<T>::min())
      return false;
    const auto number = static_cast<T>(wide);
    room.put(&number, sizeof number);
    return true;
  }
};

// What is stored of a double, what that is read as, and the largest that there is.
struct Fp16 {
  static constexpr double most = 65504;
  static std::uint16_t stored(double number) { return core::float_to_fp16(static_cast<float>(number)); }
  static float read(std::uint16_t stored) { return core::fp16_to_float(stored); }
};
struct Bf16 {
  static constexpr double most = 3.3895313892515355e38;
  static std::uint16_t stored(double number) { return core::float_to_bf16(static_cast<float>(number)); }
  static float read(std::uint16_t stored) { return core::bf16_to_float(stored); }
};
struct Fp32 {
  static constexpr double most = std::numeric_limits<float>::max();
  static float stored(double number) { return static_cast<float>(number); }
  static float read(float stored) { return stored; }
};
struct Fp64 {
  static constexpr double most = std::numeric_limits<double>::max();
  static double stored(double number) { return number; }
  static double read(double stored) { return stored; }
};

template <class Type>
struct Float {
  static std::string expected() { return fmt::format("a number from {} to {}", -Type::most, Type::most); }
  static bool read(ondemand::value value, Room& room) {
    double number = 0;
    const bool is_number = value.get_double().get(number) == simdjson::SUCCESS;
    if (!is_number) {
      const auto named = non_finite(value.raw_json_token());
      if (!named) return false;
      number = *named;
    }
    const auto stored = Type::stored(number);
    // the shortest text of the largest number may be a little above it, as a double
    if (is_number && !std::isfinite(Type::read(stored))) return false;
    room.put(&stored, sizeof stored);
    return true;
  }
};

struct Bytes {
  static std::string expected() { return R"(a string or {"b64": "base64 of the bytes"})"; }
  static bool read(ondemand::value value, Room& room) {
    std::string_view text;
    std::string unpacked;
    ondemand::object packed;
    if (value.get_object().get(packed) == simdjson::SUCCESS) {  // {"b64": "…"}, as TensorFlow Serving has it
      std::string_view base64;
      if (packed["b64"].get_string().get(base64) != simdjson::SUCCESS) return false;
      if (!absl::Base64Unescape({base64.data(), base64.size()}, &unpacked)) return false;
      text = unpacked;
    } else if (value.get_string().get(text) != simdjson::SUCCESS) {
      return false;
    }
    const auto length = static_cast<std::uint32_t>(text.size());
    room.put(&length, sizeof length);
    room.put(text.data(), text.size());
    return true;
  }
};

std::unexpected<core::Error> broken(simdjson::error_code error) {
  return invalid(fmt::format("the list is not JSON: {}", simdjson::error_message(error)));
}

std::unexpected<core::Error> ragged(std::int64_t one, std::int64_t other) {
  return invalid(fmt::format("lists of {} and of {} elements stand side by side; they must be equal", one, other));
}

/// The type of a value; a word for NaN or an infinity, which is no JSON and has none, is a number.
simdjson::error_code type_of(ondemand::value value, ondemand::json_type& type) {
  const auto error = value.type().get(type);
  if (error == simdjson::SUCCESS || !non_finite(value.raw_json_token())) return error;
  type = ondemand::json_type::number;
  return simdjson::SUCCESS;
}

/// How lists that somebody nests are nested: those of one depth have one length and hold either lists or elements.
/// Told of each list as it ends, and asked nothing for each element, so that a flat list costs nothing.
class Nesting {
 public:
  /// `depth` counts from 0.
  core::Result<void> ended(std::size_t depth, std::int64_t length, bool has_lists) {
    if (lengths_.size() <= depth) lengths_.resize(depth + 1, -1);
    if (!has_lists && std::exchange(bottom_, depth).value_or(depth) != depth)
      return invalid("lists of elements stand beside lists of lists");
    if (const std::int64_t before = std::exchange(lengths_[depth], length); before != -1 && before != length)
      return ragged(before, length);
    return {};
  }

  /// Flat, or nested as `shape` is; dimensions of 1 do not matter, for without them it is the same.
  core::Result<void> check(std::span<const std::int64_t> shape) const {
    if (lengths_.size() < 2 || std::ranges::equal(lengths_ | without_ones, shape | without_ones)) return {};
    return invalid(fmt::format("lists nested as {} given, {} or one flat list expected", core::to_string(lengths_),
                               core::to_string(shape)));
  }

 private:
  static constexpr auto without_ones = std::views::filter([](std::int64_t length) { return length != 1; });
  core::Shape lengths_;                ///< by depth; -1 until a list of that depth has ended
  std::optional<std::size_t> bottom_;  ///< where the elements are
};

/// Reads elements of one kind, in the order of the text.
template <class Element>
class Collector {
 public:
  Collector(DataType dtype, std::size_t expected_count)
      : dtype_(dtype), room_(expected_count * core::element_size(dtype)) {}

  /// The elements of a list and of those in it, up to `most`; those beyond are counted alone.
  core::Result<void> flat(ondemand::array list, std::size_t most, Nesting& nesting, std::size_t depth = 0) {
    if (depth >= most_dimensions) return invalid(fmt::format("lists are nested deeper than {}", most_dimensions));
    const std::size_t begin = count_;
    std::int64_t lists = 0;
    std::size_t in_lists = 0;
    for (auto item : list) {
      ondemand::value value;
      ondemand::json_type type{};
      if (const auto error = item.get(value); error != simdjson::SUCCESS) return broken(error);
      if (const auto error = type_of(value, type); error != simdjson::SUCCESS) return broken(error);
      if (type == ondemand::json_type::array) {
        ondemand::array inner;
        if (const auto error = value.get_array().get(inner); error != simdjson::SUCCESS) return broken(error);
        const std::size_t before = count_;
        TRY_VOID(flat(inner, most, nesting, depth + 1));
        in_lists += count_ - before;
        ++lists;
      } else if (count_ < most) {
        TRY_VOID(add(value));
      } else {
        ++count_;
      }
    }
    const std::size_t own = count_ - begin - in_lists;
    if (own != 0 && lists != 0) return invalid("elements and lists stand side by side");
    return nesting.ended(depth, lists != 0 ? lists : static_cast<std::int64_t>(own), lists != 0);
  }

  /// A value or lists of them; the nesting gives the shape, in which lists of one depth have one length.
  core::Result<void> shaped(ondemand::value value, core::Shape& shape, std::size_t depth) {
    ondemand::json_type type{};
    if (const auto error = type_of(value, type); error != simdjson::SUCCESS) return broken(error);
    if (type != ondemand::json_type::array) {
      if (depth < shape.size()) return invalid(fmt::format("element {} stands where a list is expected", count_));
      return add(value);
    }
    if (count_ != 0 && depth == shape.size())
      return invalid(fmt::format("a list stands behind element {}, a value expected", count_ - 1));
    if (depth >= most_dimensions) return invalid(fmt::format("lists are nested deeper than {}", most_dimensions));
    if (depth == shape.size()) shape.push_back(-1);
    ondemand::array list;
    if (const auto error = value.get_array().get(list); error != simdjson::SUCCESS) return broken(error);
    std::int64_t length = 0;
    for (auto item : list) {
      ondemand::value inner;
      if (const auto error = item.get(inner); error != simdjson::SUCCESS) return broken(error);
      TRY_VOID(shaped(inner, shape, depth + 1));
      ++length;
    }
    if (shape[depth] == -1) shape[depth] = length;
    if (shape[depth] == length) return {};
    return ragged(shape[depth], length);
  }

  std::size_t count() const { return count_; }
  core::Buffer take() { return room_.take(); }

 private:
  core::Result<void> add(ondemand::value value) {
    if (!Element::read(value, room_)) {
      std::string_view token = value.raw_json_token();
      while (token.ends_with(' ') || token.ends_with('\n')) token.remove_suffix(1);
      return invalid(fmt::format("element {}: {} given, {} expected for {}", count_, token.substr(0, 40),
                                 Element::expected(), core::name_of(dtype_)));
    }
    ++count_;
    return {};
  }

  DataType dtype_;
  Room room_;
  std::size_t count_ = 0;
};

/// Calls `read` with a Collector for `dtype`.
template <class Read>
auto with_collector(DataType dtype, std::size_t expected_count, const Read& read) {
  switch (dtype) {
    case DataType::boolean: return read(Collector<Boolean>(dtype, expected_count));
    case DataType::uint8: return read(Collector<Integer<std::uint8_t>>(dtype, expected_count));
    case DataType::uint16: return read(Collector<Integer<std::uint16_t>>(dtype, expected_count));
    case DataType::uint32: return read(Collector<Integer<std::uint32_t>>(dtype, expected_count));
    case DataType::uint64: return read(Collector<Integer<std::uint64_t>>(dtype, expected_count));
    case DataType::int8: return read(Collector<Integer<std::int8_t>>(dtype, expected_count));
    case DataType::int16: return read(Collector<Integer<std::int16_t>>(dtype, expected_count));
    case DataType::int32: return read(Collector<Integer<std::int32_t>>(dtype, expected_count));
    case DataType::int64: return read(Collector<Integer<std::int64_t>>(dtype, expected_count));
    case DataType::fp16: return read(Collector<Float<Fp16>>(dtype, expected_count));
    case DataType::bf16: return read(Collector<Float<Bf16>>(dtype, expected_count));
    case DataType::fp32: return read(Collector<Float<Fp32>>(dtype, expected_count));
    case DataType::fp64: return read(Collector<Float<Fp64>>(dtype, expected_count));
    case DataType::bytes: break;
  }
  return read(Collector<Bytes>(dtype, expected_count));
}

}  // namespace

core::Result<core::Buffer> parse_tensor_data(ondemand::value data, DataType dtype,
                                             std::span<const std::int64_t> shape) {
  const auto count = core::element_count(shape);
  if (!count)
    return invalid(fmt::format("shape {} has a negative dimension or too many elements", core::to_string(shape)));
  ondemand::array list;
  if (data.get_array().get(list) != simdjson::SUCCESS) return invalid("\"data\" is no list");
  constexpr std::int64_t most_reserved = 1 << 16;
  const auto most = static_cast<std::size_t>(*count);
  const auto reserved = static_cast<std::size_t>(std::min(*count, most_reserved));
  return with_collector(dtype, reserved, [&](auto collector) -> core::Result<core::Buffer> {
    Nesting nesting;
    TRY_VOID(collector.flat(list, most, nesting));
    if (collector.count() != most)
      return invalid(
          fmt::format("{} elements given, shape {} has {}", collector.count(), core::to_string(shape), *count));
    TRY_VOID(nesting.check(shape));
    return collector.take();
  });
}

core::Result<core::Tensor> parse_nested_tensor(ondemand::value data, std::string name, DataType dtype) {
  constexpr std::size_t likely_count = 64;
  return with_collector(dtype, likely_count, [&](auto collector) -> core::Result<core::Tensor> {
    core::Shape shape;
    TRY_VOID(collector.shaped(data, shape, 0));
    return core::Tensor{.name = std::move(name), .dtype = dtype, .shape = std::move(shape), .data = collector.take()};
  });
}

core::Result<core::Parameter> parse_parameter(ondemand::value value) {
  bool flag = false;
  std::int64_t integer = 0;
  std::uint64_t large = 0;
  double number = 0;
  std::string_view string;
  if (value.get_bool().get(flag) == simdjson::SUCCESS) return flag;
  if (value.get_int64().get(integer) == simdjson::SUCCESS) return integer;
  if (value.get_uint64().get(large) == simdjson::SUCCESS) return large;
  if (value.get_double().get(number) == simdjson::SUCCESS) return number;
  if (value.get_string().get(string) == simdjson::SUCCESS) return std::string(string);
  return invalid("a string, number or boolean expected");
}

}  // namespace slipway::protocol
