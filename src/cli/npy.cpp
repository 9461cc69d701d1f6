#include "cli/npy.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::cli {

using core::Code;
using core::DataType;

namespace {

constexpr std::string_view magic = "\x93NUMPY";

constexpr std::array<std::pair<std::string_view, DataType>, 12> types{{{"b1", DataType::boolean},
                                                                       {"u1", DataType::uint8},
                                                                       {"u2", DataType::uint16},
                                                                       {"u4", DataType::uint32},
                                                                       {"u8", DataType::uint64},
                                                                       {"i1", DataType::int8},
                                                                       {"i2", DataType::int16},
                                                                       {"i4", DataType::int32},
                                                                       {"i8", DataType::int64},
                                                                       {"f2", DataType::fp16},
                                                                       {"f4", DataType::fp32},
                                                                       {"f8", DataType::fp64}}};

std::unexpected<core::Error> wrong(std::string what) {
  return core::fail(Code::invalid_argument, fmt::format(".npy file: {}", what));
}

/// The text behind `'key':` in the header, a Python dictionary.
std::optional<std::string_view> value_of(std::string_view header, std::string_view key) {
  const auto at = header.find(fmt::format("'{}'", key));
  if (at == std::string_view::npos) return std::nullopt;
  const auto colon = header.find(':', at);
  if (colon == std::string_view::npos) return std::nullopt;
  const auto begin = header.find_first_not_of(' ', colon + 1);
  if (begin == std::string_view::npos) return std::nullopt;
  return header.substr(begin);
}

core::Result<std::vector<std::int64_t>> parse_shape(std::string_view text) {
  const auto close = text.find(')');
  if (text.empty() || text.front() != '(' || close == std::string_view::npos)
    return wrong("the header's 'shape' is no tuple");
  std::vector<std::int64_t> shape;
  std::int64_t dim = 0;
  bool digits = false;
  for (const char c : text.substr(1, close)) {
    if (c >= '0' && c <= '9') {
      if (__builtin_mul_overflow(dim, 10, &dim) || __builtin_add_overflow(dim, c - '0', &dim))
        return wrong("a dimension of the header's 'shape' is too large");
      digits = true;
      continue;
    }
    if (c != ',' && c != ' ' && c != 'L' && c != ')')
      return wrong("the header's 'shape' has something else than sizes");
    if (!digits) continue;
    shape.push_back(dim);
    dim = 0;
    digits = false;
  }
  return shape;
}

}  // namespace

core::Result<core::Buffer> read_file(const std::filesystem::path& file, std::size_t most_bytes) {
  std::error_code failure;
  if (std::filesystem::is_directory(file, failure))
    return core::fail(Code::invalid_argument, fmt::format("{}: a folder, a file expected", file.string()));
  std::ifstream in(file, std::ios::binary);
  if (!in) return core::fail(Code::not_found, fmt::format("{}: cannot be read", file.string()));
  core::Buffer buffer;
  std::array<char, 65536> block{};
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    const auto count = static_cast<std::size_t>(in.gcount());
    const std::size_t at = buffer.size();
    if (at + count > most_bytes)
      return core::fail(Code::invalid_argument, fmt::format("{}: over {} bytes", file.string(), most_bytes));
    buffer.resize(at + count);
    std::memcpy(buffer.data() + at, block.data(), count);
  }
  if (buffer.data() == nullptr) buffer = core::Buffer(0);
  return buffer;
}

core::Result<core::Tensor> parse_npy(const core::Buffer& file, std::string name) {
  const std::string_view text = file.text();
  if (text.size() < 10 || !text.starts_with(magic)) return wrong("does not begin as NumPy writes it");
  const auto major = static_cast<unsigned char>(text[6]);
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  if (major < 1 || major > 3) return wrong(fmt::format("version {} is not known, 1 to 3 are", major));
  if (text.size() < 8 + length_bytes) return wrong("is cut short in its header");
  std::size_t length = 0;
  std::memcpy(&length, text.data() + 8, length_bytes);
  const std::size_t begin = 8 + length_bytes;
  if (text.size() - begin < length) return wrong("is cut short in its header");
  const std::string_view header = text.substr(begin, length);

  const auto descr = value_of(header, "descr");
  const auto order = value_of(header, "fortran_order");
  const auto shape_text = value_of(header, "shape");
  if (!descr || !order || !shape_text || descr->size() < 5)
    return wrong("the header lacks descr, fortran_order or shape");
  if (order->starts_with("True"))
    return wrong("columns come first (fortran_order); save numpy.ascontiguousarray of it");
  const std::string_view type = descr->substr(1, descr->find(descr->front(), 1) - 1);  // within its quotes: "<f4"
  if (type.size() < 2) return wrong("the header's descr has no type");
  if (type.front() == '>') return wrong(fmt::format("type {} is big-endian, little-endian expected", type));

  for (const auto& [code, dtype] : types) {
    if (type.substr(1) != code) continue;
    TRY(const std::vector<std::int64_t> shape, parse_shape(*shape_text));
    core::Tensor tensor{.name = std::move(name),
                        .dtype = dtype,
                        .shape = core::Shape(shape.begin(), shape.end()),
                        .data = core::Buffer::copy_of(text.substr(begin + length))};
    TRY_VOID(core::check_size(tensor.view()));
    return tensor;
  }
  return wrong(fmt::format("type {} is not taken; booleans, integers and floats are", type));
}

}  // namespace slipway::cli
