#include "config/text_file.hpp"

#include <fmt/format.h>

#include <fstream>

namespace slipway::config {

namespace fs = std::filesystem;
using core::Code;

core::Result<std::string> read_text_file(const fs::path& file) {
  constexpr std::uintmax_t most_bytes = 64U << 20U;
  std::error_code failure;
  const auto status = fs::status(file, failure);
  if (!fs::exists(status)) return core::fail(Code::not_found, fmt::format("{}: no such file", file.string()));
  if (!fs::is_regular_file(status)) {
    return core::fail(Code::invalid_argument, fmt::format("{}: is no file, a text file expected", file.string()));
  }
  const std::uintmax_t size = fs::file_size(file, failure);
  if (failure || size > most_bytes) {
    return core::fail(
        Code::invalid_argument,
        fmt::format("{}: {}", file.string(),
                    failure ? failure.message() : fmt::format("{} bytes, at most {} expected", size, most_bytes)));
  }
  std::string text(size, '\0');
  std::ifstream in(file, std::ios::binary);
  if (!in.read(text.data(), static_cast<std::streamsize>(size))) {
    return core::fail(Code::invalid_argument, fmt::format("{}: cannot be read", file.string()));
  }
  return text;
}

}  // namespace slipway::config
