#include "models/model_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

#include "models/sha256.hpp"

namespace slipway::models {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t block_bytes = 1U << 20U;
constexpr std::uintmax_t most_whole_bytes = 256U << 20U;
constexpr std::uintmax_t spread_blocks = 64;
constexpr std::size_t most_files = 10'000;

void add(Sha256& hash, std::string_view text) { hash.add(std::as_bytes(std::span(text))); }

core::Result<std::string> finished(Sha256& hash) {
  const auto bytes = hash.finish();
  if (!bytes) return core::fail(core::Code::internal, "SHA-256 cannot be computed by the OpenSSL that is installed");
  return hex(*bytes);
}

core::Result<std::vector<fs::path>> files_of(const fs::path& model) {
  std::vector<fs::path> files;
  std::error_code failure;
  const auto add = [&](const fs::directory_entry& entry) {
    std::error_code not_there;
    if (entry.is_regular_file(not_there) && files.size() < most_files) files.push_back(entry.path());
  };
  if (fs::is_directory(model, failure)) {
    for (fs::recursive_directory_iterator at(model, failure), end; !failure && at != end; at.increment(failure))
      add(*at);
  } else {
    const std::string stem = model.stem().string();
    for (fs::directory_iterator at(model.parent_path(), failure), end; !failure && at != end; at.increment(failure)) {
      const fs::path name = at->path().filename();
      // digits.yaml beside digits.onnx says how it is served, not what it is
      if (name.string().starts_with(stem) && name.extension() != ".yaml") add(*at);
    }
  }
  if (failure)
    return core::fail(core::Code::not_found, fmt::format("{}: cannot be read: {}", model.string(), failure.message()));
  std::ranges::sort(files);
  return files;
}

core::Result<void> add_file(Sha256& hash, const fs::path& file) {
  std::error_code failure;
  const std::uintmax_t size = fs::file_size(file, failure);
  std::ifstream in(file, std::ios::binary);
  add(hash, fmt::format("{} {}\n", file.filename().string(), size));
  const bool whole = size <= most_whole_bytes;
  const std::uintmax_t blocks = whole ? (size + block_bytes - 1) / block_bytes : spread_blocks;
  std::string block(std::min(block_bytes, size), '\0');
  for (std::uintmax_t i = 0; !failure && i < blocks && in; ++i) {
    const std::uintmax_t at = whole ? i * block_bytes : (size - block_bytes) * i / (spread_blocks - 1);
    in.seekg(static_cast<std::streamoff>(at));
    in.read(block.data(), static_cast<std::streamsize>(std::min<std::uintmax_t>(block.size(), size - at)));
    add(hash, std::string_view(block).substr(0, static_cast<std::size_t>(in.gcount())));
  }
  if (failure || !in) return core::fail(core::Code::not_found, fmt::format("{}: cannot be read", file.string()));
  return {};
}

}  // namespace

core::Result<std::string> model_hash(const fs::path& model) {
  TRY(const auto files, files_of(model));
  Sha256 hash;
  for (const fs::path& file : files) TRY_VOID(add_file(hash, file));
  return finished(hash);
}

core::Result<std::string> text_hash(std::string_view text) {
  Sha256 hash;
  add(hash, text);
  return finished(hash);
}

}  // namespace slipway::models
