#include "ship/ar.hpp"

#include <fmt/format.h>

#include "core/io_error.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;

ArWriter::ArWriter(const fs::path& output, std::int64_t time)
    : output_(output.string()), time_(time), out_(output, std::ios::binary) {
  out_ << "!<arch>\n";
}

core::Result<void> ArWriter::state() const {
  if (out_) return {};
  return core::cannot_write(output_);
}

core::Result<void> ArWriter::head(std::string_view name, std::uint64_t size) {
  constexpr std::uint64_t size_max = 9'999'999'999;  // ten digits
  if (size > size_max)
    return core::invalid(fmt::format("{}: {} has {} bytes, a Debian package {} at most; an image has no such limit",
                                     output_, name, size, size_max));
  out_ << fmt::format("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", name, time_, 0, 0, "100644", size);
  return state();
}

void ArWriter::pad(std::uint64_t size) {
  if (size % 2 != 0) out_ << '\n';
}

core::Result<void> ArWriter::text(std::string_view name, std::string_view content) {
  TRY_VOID(head(name, content.size()));
  out_ << content;
  pad(content.size());
  return state();
}

core::Result<void> ArWriter::file(std::string_view name, const fs::path& from) {
  std::error_code failure;
  const std::uint64_t size = fs::file_size(from, failure);
  std::ifstream in(from, std::ios::binary);
  if (failure || !in) return core::fail(core::Code::not_found, fmt::format("{}: cannot be read", from.string()));
  TRY_VOID(head(name, size));
  if (size > 0) out_ << in.rdbuf();
  pad(size);
  return state();
}

core::Result<void> ArWriter::finish() {
  out_.close();
  return state();
}

}  // namespace slipway::ship
