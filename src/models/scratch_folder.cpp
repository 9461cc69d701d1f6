#include "models/scratch_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

#include "core/printable.hpp"

namespace slipway::models {

namespace fs = std::filesystem;
using core::Code;

core::Result<std::shared_ptr<ScratchFolder>> ScratchFolder::make() {
  std::error_code failure;
  std::string pattern = (fs::temp_directory_path(failure) / "slipway-XXXXXX").string();
  if (!failure && ::mkdtemp(pattern.data()) == nullptr) failure.assign(errno, std::generic_category());
  if (!failure) return std::shared_ptr<ScratchFolder>(new ScratchFolder(pattern));
  return core::fail(Code::failed_precondition,
                    fmt::format("{}: no folder can be made for the model's files: {}; TMPDIR names another place",
                                pattern, failure.message()));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

core::Result<void> ScratchFolder::write(const std::string& model, std::string_view place,
                                        std::span<const std::byte> content) const {
  const fs::path relative(place);
  const auto is_no_name = [](const fs::path& part) {
    return part == ".." || part == "." || part.native().size() > NAME_MAX || part.native().contains('\0');
  };
  if (relative.is_absolute() || !relative.has_filename() || std::ranges::any_of(relative, is_no_name)) {
    return core::fail(Code::invalid_argument,
                      fmt::format(R"(file "{}": a place in the model's folder, as 1/model.onnx, of names of up to {} )"
                                  "bytes expected",
                                  core::beginning(place, NAME_MAX), NAME_MAX));
  }
  const fs::path file = path_ / model / relative;
  std::error_code failure;
  fs::create_directories(file.parent_path(), failure);
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  out.close();
  const bool stands_in_the_way = failure == std::errc::not_a_directory || failure == std::errc::file_exists ||
                                 (!out && fs::is_directory(file, failure));
  if (stands_in_the_way || failure == std::errc::filename_too_long) {
    return core::fail(Code::invalid_argument,
                      fmt::format(R"(file "{}": {})", core::beginning(place, NAME_MAX),
                                  stands_in_the_way ? "another of the files stands where it needs a folder, or in it"
                                                    : "its folders lie deeper than the system has names for"));
  }
  if (failure || !out) return core::fail(Code::resource_exhausted, fmt::format("{}: cannot be written", file.string()));
  return {};
}

}  // namespace slipway::models
