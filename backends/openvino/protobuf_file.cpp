#include "protobuf_file.hpp"

#include <cstdint>
#include <fstream>
#include <optional>

namespace {

std::optional<std::uint64_t> read_varint(std::istream& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const int byte = in.get();
    if (byte == std::char_traits<char>::eof()) return std::nullopt;
    value |= (static_cast<std::uint64_t>(byte) & 0x7fU) << shift;
    if ((static_cast<unsigned>(byte) & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

/// Bytes of a field behind its tag, by its wire type; nothing for a type that protobuf 3 lacks.
std::optional<std::uint64_t> field_size(std::istream& in, std::uint64_t wire_type) {
  switch (wire_type) {
    case 0: return read_varint(in) ? std::optional<std::uint64_t>(0) : std::nullopt;
    case 1: return 8;
    case 2: return read_varint(in);
    case 5: return 4;
    default: return std::nullopt;
  }
}

}  // namespace

bool is_whole_protobuf(const std::filesystem::path& file) {
  std::error_code failure;
  const std::uint64_t size = std::filesystem::file_size(file, failure);
  std::ifstream in(file, std::ios::binary);
  if (failure || !in) return false;
  std::uint64_t at = 0;
  while (at < size) {
    const auto tag = read_varint(in);
    if (!tag || *tag >> 3U == 0) return false;
    const auto length = field_size(in, *tag & 7U);
    if (!length) return false;
    at = static_cast<std::uint64_t>(in.tellg());
    if (*length > size - at) return false;
    at += *length;
    in.seekg(static_cast<std::streamoff>(at));
  }
  return size != 0;
}
