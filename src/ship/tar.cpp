#include "ship/tar.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <fstream>
#include <vector>

namespace slipway::ship {

namespace {

constexpr std::size_t block = 512;
constexpr std::uint64_t octal_max = (std::uint64_t{1} << 33U) - 1;  // 11 digits

/// Where things stand in a header (POSIX.1-1988 ustar).
struct Header {
  std::array<char, 100> name;
  std::array<char, 8> mode;
  std::array<char, 8> uid;
  std::array<char, 8> gid;
  std::array<char, 12> size;
  std::array<char, 12> time;
  std::array<char, 8> checksum;
  char type;
  std::array<char, 100> link;
  std::array<char, 6> magic;
  std::array<char, 2> version;
  std::array<char, 32> user;
  std::array<char, 32> group;
  std::array<char, 16> devices;
  std::array<char, 155> prefix;
  std::array<char, 12> rest;
};
static_assert(sizeof(Header) == block);

template <std::size_t N>
void put(std::array<char, N>& field, std::string_view text) {
  std::memcpy(field.data(), text.data(), std::min(text.size(), N));
}

/// All digits but the last byte, which is NUL.
template <std::size_t N>
void put_octal(std::array<char, N>& field, std::uint64_t number) {
  put(field, fmt::format("{:0{}o}", number, N - 1));
}

/// A size that is too large for octal digits stands there as a number, as GNU tar, and whoever reads images, has it.
void put_size(std::array<char, 12>& field, std::uint64_t size) {
  if (size <= octal_max) return put_octal(field, size);
  field.front() = static_cast<char>(0x80);
  for (std::size_t i = field.size() - 1; size > 0; --i, size >>= 8U) field.at(i) = static_cast<char>(size & 0xffU);
}

/// A long name is parted at a slash: what stands before it goes to `prefix`.
bool put_name(Header& header, std::string_view name) {
  if (name.size() <= header.name.size()) {
    put(header.name, name);
    return true;
  }
  for (auto slash = name.find('/'); slash <= header.prefix.size(); slash = name.find('/', slash + 1)) {
    if (name.size() - slash - 1 > header.name.size() || slash + 1 == name.size()) continue;
    put(header.prefix, name.substr(0, slash));
    put(header.name, name.substr(slash + 1));
    return true;
  }
  return false;
}

}  // namespace

core::Result<void> TarWriter::head(std::string_view name, char type, std::uint64_t size, unsigned mode) {
  Header header{};
  if (!put_name(header, name)) {
    TRY_VOID(long_name(name));
    put(header.name, name);  // as much as there is room for
  }
  put_octal(header.mode, mode);
  put_octal(header.uid, 0);
  put_octal(header.gid, 0);
  put_size(header.size, size);
  put_octal(header.time, static_cast<std::uint64_t>(time_));
  header.type = type;
  put(header.magic, std::string_view("ustar\0", 6));
  put(header.version, "00");
  put(header.user, "root");
  put(header.group, "root");
  header.checksum.fill(' ');  // as it is counted
  unsigned sum = 0;
  for (const std::byte byte : std::as_bytes(std::span(&header, 1))) sum += static_cast<unsigned>(byte);
  put(header.checksum, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  return sink_(std::as_bytes(std::span(&header, 1)));
}

/// An entry of its own, of GNU's type L, whose contents are the name with a NUL.
core::Result<void> TarWriter::long_name(std::string_view name) {
  TRY_VOID(head("././@LongLink", 'L', name.size() + 1, 0644));
  const std::string content = std::string(name) + '\0';
  TRY_VOID(sink_(std::as_bytes(std::span(content))));
  return pad(content.size());
}

core::Result<void> TarWriter::pad(std::uint64_t size) {
  static constexpr std::array<std::byte, block> zeros{};
  const std::size_t over = size % block;
  return over == 0 ? core::Result<void>() : sink_(std::span(zeros).first(block - over));
}

core::Result<void> TarWriter::folder(std::string_view name, unsigned mode) {
  return head(fmt::format("{}/", name), '5', 0, mode);
}

core::Result<void> TarWriter::text(std::string_view name, std::string_view content, bool executable) {
  TRY_VOID(head(name, '0', content.size(), executable ? 0755 : 0644));
  TRY_VOID(sink_(std::as_bytes(std::span(content))));
  return pad(content.size());
}

core::Result<void> TarWriter::file(std::string_view name, const std::filesystem::path& from, bool executable) {
  constexpr std::size_t read_bytes = 1U << 20U;
  std::ifstream in(from, std::ios::binary | std::ios::ate);
  if (!in) return core::fail(core::Code::not_found, fmt::format("{}: cannot be read", from.string()));
  const auto size = static_cast<std::uint64_t>(in.tellg());
  in.seekg(0);
  TRY_VOID(head(name, '0', size, executable ? 0755 : 0644));
  std::vector<char> buffer(read_bytes);
  std::uint64_t left = size;
  while (left > 0) {
    const std::uint64_t wanted = std::min<std::uint64_t>(left, buffer.size());
    if (!in.read(buffer.data(), static_cast<std::streamsize>(wanted)))
      return core::fail(core::Code::failed_precondition, fmt::format("{}: changed while it was read", from.string()));
    TRY_VOID(sink_(std::as_bytes(std::span(buffer)).first(wanted)));
    left -= wanted;
  }
  if (in.peek() != std::ifstream::traits_type::eof())
    return core::fail(core::Code::failed_precondition, fmt::format("{}: changed while it was read", from.string()));
  return pad(size);
}

core::Result<void> TarWriter::finish() {
  static constexpr std::array<std::byte, 2 * block> zeros{};
  return sink_(zeros);
}

}  // namespace slipway::ship
