#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "protocol/json_tensor.hpp"
#include "protocol/non_finite.hpp"

namespace slipway::protocol {

using core::DataType;

namespace {

/// Length of the UTF-8 sequence that begins at text[at], 0 where there is none (RFC 3629: no overlong forms, no
/// surrogates, nothing beyond U+10FFFF).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const auto follows = [&](std::size_t i) { return at + i < text.size() && (byte(i) & 0xC0U) == 0x80U; };
  const unsigned char first = byte(0);
  if (first < 0x80U) return 1;
  if (first >= 0xC2U && first <= 0xDFU) return follows(1) ? 2 : 0;
  if (first >= 0xE0U && first <= 0xEFU) {
    if (!follows(1) || !follows(2)) return 0;
    if (first == 0xE0U && byte(1) < 0xA0U) return 0;
    if (first == 0xEDU && byte(1) > 0x9FU) return 0;
    return 3;
  }
  if (first >= 0xF0U && first <= 0xF4U) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    if (first == 0xF0U && byte(1) < 0x90U) return 0;
    if (first == 0xF4U && byte(1) > 0x8FU) return 0;
    return 4;
  }
  return 0;
}

void append(fmt::memory_buffer& out, std::string_view text) { out.append(text.data(), text.data() + text.size()); }

template <class T>
void append_number(fmt::memory_buffer& out, T value, Written how) {
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(value)) return append(out, how == Written::json ? "null" : word_of(value));
  }
  const std::size_t begin = out.size();
  fmt::format_to(std::back_inserter(out), "{}", value);
  if constexpr (std::is_floating_point_v<T>) {
    // clients choose the type by it, as Triton and TensorFlow Serving let them
    const std::string_view text(out.data() + begin, out.size() - begin);
    if (text.find_first_of(".e") == std::string_view::npos) append(out, ".0");
  }
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string text_or_base64(std::string_view text, Written how) {
  std::string out;
  if (how == Written::base64 || (how == Written::exact && !is_utf8(text))) {
    out = fmt::format(R"({{"b64":"{}"}})", absl::Base64Escape({text.data(), text.size()}));
  } else {
    append_string(out, text);
  }
  return out;
}

void append_control(std::string& out, char letter) {
  constexpr std::string_view letters = "\b\t\n\f\r";
  constexpr std::string_view names = "btnfr";
  constexpr std::string_view digits = "0123456789abcdef";
  if (const std::size_t at = letters.find(letter); at != std::string_view::npos) {
    out += '\\';
    out += names[at];
    return;
  }
  const auto code = static_cast<unsigned char>(letter);
  out += "\\u00";
  out += digits[code >> 4U];
  out += digits[code & 0xFU];
}

/// Appends elements one at a time from a tensor's bytes.
class Elements {
 public:
  Elements(const core::TensorView& tensor, Written how)
      : tensor_(tensor), how_(how), size_(core::element_size(tensor.dtype)) {}

  /// The strings of a BYTES tensor must be read first.
  core::Result<void> prepare() {
    if (tensor_.dtype != DataType::bytes) return {};
    TRY(strings_, core::read_bytes_elements(tensor_.bytes, core::element_count(tensor_.shape).value_or(-1)));
    return {};
  }

  /// Whether JSON can carry an element of a BYTES tensor as it is.
  bool is_text(std::size_t index) const { return tensor_.dtype != DataType::bytes || is_utf8(strings_[index]); }

  void append_to(fmt::memory_buffer& out, std::size_t index) const {
    const std::byte* at = tensor_.bytes.data() + index * size_;
    switch (tensor_.dtype) {
      case DataType::boolean: return append(out, core::load<std::uint8_t>(at) != 0 ? "true" : "false");
      case DataType::uint8: return append_number(out, unsigned{core::load<std::uint8_t>(at)}, how_);
      case DataType::uint16: return append_number(out, core::load<std::uint16_t>(at), how_);
      case DataType::uint32: return append_number(out, core::load<std::uint32_t>(at), how_);
      case DataType::uint64: return append_number(out, core::load<std::uint64_t>(at), how_);
      case DataType::int8: return append_number(out, int{core::load<std::int8_t>(at)}, how_);
      case DataType::int16: return append_number(out, core::load<std::int16_t>(at), how_);
      case DataType::int32: return append_number(out, core::load<std::int32_t>(at), how_);
      case DataType::int64: return append_number(out, core::load<std::int64_t>(at), how_);
      case DataType::fp16: return append_number(out, core::fp16_to_float(core::load<std::uint16_t>(at)), how_);
      case DataType::bf16: return append_number(out, core::bf16_to_float(core::load<std::uint16_t>(at)), how_);
      case DataType::fp32: return append_number(out, core::load<float>(at), how_);
      case DataType::fp64: return append_number(out, core::load<double>(at), how_);
      case DataType::bytes: return append(out, text_or_base64(strings_[index], how_));
    }
  }

 private:
  const core::TensorView& tensor_;
  Written how_;
  std::size_t size_;
  std::vector<std::string_view> strings_;
};

void append_level(fmt::memory_buffer& out, const Elements& elements, const core::Shape& shape, std::size_t level,
                  std::size_t& next) {
  if (level == shape.size()) {
    elements.append_to(out, next++);
    return;
  }
  out.push_back('[');
  for (std::int64_t i = 0; i < shape[level]; ++i) {
    if (i != 0) out.push_back(',');
    append_level(out, elements, shape, level + 1, next);
  }
  out.push_back(']');
}

}  // namespace

core::Result<void> append_flat(std::string& out, const core::TensorView& tensor) {
  Elements elements(tensor, Written::exact);
  TRY_VOID(elements.prepare());
  const auto count = static_cast<std::size_t>(core::element_count(tensor.shape).value_or(0));
  fmt::memory_buffer text;
  text.push_back('[');
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) text.push_back(',');
    if (!elements.is_text(i))
      return core::fail(core::Code::invalid_argument,
                        fmt::format(R"(output "{}": element {} is bytes that are no UTF-8 text, which JSON lacks; ask )"
                                    R"(for it with "binary_data": true)",
                                    tensor.name, i));
    elements.append_to(text, i);
  }
  text.push_back(']');
  out.append(text.data(), text.size());
  return {};
}

core::Result<void> append_nested(std::string& out, const core::TensorView& tensor, Written how) {
  Elements elements(tensor, how);
  TRY_VOID(elements.prepare());
  fmt::memory_buffer text;
  std::size_t next = 0;
  append_level(text, elements, tensor.shape, 0, next);
  out.append(text.data(), text.size());
  return {};
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = utf8_length(text, at);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20U) {
      append_control(out, c);
    } else {
      out += text.substr(at, length);
    }
    at += length;
  }
  out += '"';
}

void append_parameter(std::string& out, const core::Parameter& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    append_string(out, *text);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    fmt::format_to(std::back_inserter(out), "{}", *integer);
  } else if (const auto* large = std::get_if<std::uint64_t>(&value)) {
    fmt::format_to(std::back_inserter(out), "{}", *large);
  } else {
    const double number = std::get<double>(value);
    out += std::isfinite(number) ? fmt::format("{}", number) : std::string("null");
  }
}

}  // namespace slipway::protocol
