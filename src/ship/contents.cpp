#include "ship/contents.hpp"

#include <algorithm>
#include <utility>

#include "ship/loaded_files.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;

namespace {

const fs::path image_root = "usr/lib/slipway";

bool is_library(const fs::path& file) { return file.filename().string().contains(".so"); }

fs::path real(const fs::path& file) {
  std::error_code failure;
  const fs::path found = fs::canonical(file, failure);
  return failure ? file : found;
}

/// The files below a folder, sorted; none where it is not there.
std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::recursive_directory_iterator next(folder, failure); !failure && next != fs::recursive_directory_iterator();
       next.increment(failure)) {
    std::error_code ignored;
    if (next->is_regular_file(ignored)) files.push_back(next->path());
  }
  std::ranges::sort(files);
  return files;
}

/// A folder that this system's loader searches without being told: that of the C library.
fs::path library_folder() {
  static const fs::path folder = [] {
    for (const fs::path& library : loaded_libraries()) {
      if (library.filename() == "libc.so.6") return real(library.parent_path()).relative_path();
    }
    return fs::path("usr/lib");
  }();
  return folder;
}

}  // namespace

Item system_library(const fs::path& file) {
  // the loader's whole name is in every program
  if (file.filename().string().starts_with("ld-linux"))
    return program_item(file, file.relative_path().generic_string());
  return program_item(file, (library_folder() / file.filename()).generic_string());
}

std::string owner_of(const fs::path& library) {
  constexpr std::string_view plug_in = "libslipway_backend_";
  const std::string stem = library.stem().string();
  if (stem.starts_with(plug_in)) return stem.substr(plug_in.size());
  const fs::path folder = library.parent_path();
  return folder.parent_path().filename() == "slipway" ? folder.filename().string() : "";
}

BackendFiles::BackendFiles(const runtime::BackendInfo& info)
    : name_(info.name),
      plug_in_(info.library),
      folder_(info.library.parent_path().parent_path() / info.name),
      runtime_dir_(real(fs::path(info.runtime_path).parent_path())) {
  for (const fs::path& file : files_below(folder_))
    own_.try_emplace(real(file), (image_root / name_ / file.lexically_relative(folder_)).generic_string());
}

Item BackendFiles::library(const fs::path& file) const {
  if (real(file) == real(plug_in_))
    return program_item(file, (image_root / "backends" / plug_in_.filename()).generic_string());
  const fs::path below = file.lexically_relative(folder_);
  if (!below.empty() && *below.begin() != "..")
    return program_item(file, (image_root / name_ / below).generic_string());
  if (const auto own = own_.find(real(file)); own != own_.end()) return program_item(file, own->second);
  if (real(file.parent_path()) == runtime_dir_)
    return program_item(file, (image_root / name_ / file.filename()).generic_string());
  return system_library(file);
}

std::vector<Item> BackendFiles::data() const {
  std::vector<Item> items;
  for (const fs::path& file : files_below(folder_)) {
    if (!is_library(file))
      items.push_back(program_item(file, (image_root / name_ / file.lexically_relative(folder_)).generic_string()));
  }
  return items;
}

std::vector<Item> BackendFiles::licences(const std::string& name) const {
  const fs::path folder = folder_.parent_path().parent_path().parent_path() / "share" / "doc" / name;
  std::vector<Item> items;
  for (const fs::path& file : files_below(folder))
    items.push_back(
        file_item(file, (fs::path("usr/share/doc") / name / file.lexically_relative(folder)).generic_string()));
  return items;
}

std::vector<Item> system_files() {
  std::vector<Item> items{
      text_item("etc/passwd", "root:x:0:0:root:/:/sbin/nologin\nslipway:x:65532:65532:slipway:/:/sbin/nologin\n"),
      text_item("etc/group", "root:x:0:\nslipway:x:65532:\n"),
      text_item("etc/nsswitch.conf", "hosts: files dns\n"),
      {.kind = Item::Kind::open_folder, .name = "tmp", .from = {}, .text = {}},
  };
  const fs::path certificates = "/etc/ssl/certs/ca-certificates.crt";
  if (std::error_code failure; fs::exists(certificates, failure))
    items.push_back(file_item(certificates, certificates.relative_path().generic_string()));
  return items;
}

}  // namespace slipway::ship
