#include "models/companions.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace slipway::models {

namespace fs = std::filesystem;

namespace {

/// What an earlier `slipway pack` of the model left beside it.
bool was_packed(std::string_view ending) {
  return ending == "tar" || ending == "tar.gz" || ending == "tar.zst" || ending == "deb";
}

}  // namespace

std::vector<fs::path> companions_of(const fs::path& model) {
  const std::string stem = model.stem().string() + ".";
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::directory_iterator next(model.parent_path(), failure); !failure && next != fs::directory_iterator();
       next.increment(failure)) {
    std::error_code ignored;
    const std::string name = next->path().filename().string();
    if (name.starts_with(stem) && !was_packed(std::string_view(name).substr(stem.size())) && next->path() != model &&
        next->is_regular_file(ignored))
      files.push_back(next->path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace slipway::models
