#include "models/file_stamp.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::models {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t fnv_offset = 0xcbf29ce484222325ULL;
constexpr std::uint64_t fnv_prime = 0x100000001b3ULL;
constexpr int most_deep = 6;

void add(std::uint64_t& hash, std::uint64_t value) {
  for (int byte = 0; byte < 8; ++byte) hash = (hash ^ (value >> (8 * byte) & 0xffU)) * fnv_prime;
}

void add(std::uint64_t& hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * fnv_prime;
  add(hash, text.size());
}

/// Goes through a tree and hashes what it meets.
class Walk {
 public:
  void visit(const fs::path& path, const std::string& name, int depth) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) return;
    if (seen_ == most_stamped_files) {
      is_whole_ = false;
      return;
    }
    ++seen_;
    add(hash_, name);
    if (S_ISDIR(about.st_mode)) {
      if (depth < most_deep) visit_below(path, depth);
      return;
    }
    add(hash_, about.st_ino);
    add(hash_, static_cast<std::uint64_t>(about.st_size));
    add(hash_, static_cast<std::uint64_t>(about.st_mtim.tv_sec));
    add(hash_, static_cast<std::uint64_t>(about.st_mtim.tv_nsec));
  }
  std::uint64_t result() const { return seen_ == 0 ? 0 : hash_; }
  bool is_whole() const { return is_whole_; }

 private:
  void visit_below(const fs::path& folder, int depth) {
    std::vector<std::string> names;
    std::error_code failure;
    fs::directory_iterator next(folder, failure);
    for (; !failure && next != fs::directory_iterator() && names.size() < most_stamped_files; next.increment(failure)) {
      std::string name = next->path().filename().string();
      if (!name.starts_with('.')) names.push_back(std::move(name));
    }
    std::ranges::sort(names);
    for (const std::string& name : names) visit(folder / name, name, depth + 1);
    add(hash_, names.size());
  }

  std::uint64_t hash_ = fnv_offset;
  std::size_t seen_ = 0;
  bool is_whole_ = true;
};

}  // namespace

std::uint64_t stamp_of(const fs::path& root, bool* is_whole) {
  Walk walk;
  walk.visit(root, "", 0);
  if (is_whole != nullptr) *is_whole = walk.is_whole();
  return walk.result();
}

std::uint64_t stamp_of_names(const fs::path& folder) {
  struct stat about {};
  if (::stat(folder.c_str(), &about) != 0) return 0;
  std::uint64_t hash = fnv_offset;
  add(hash, about.st_ino);
  add(hash, static_cast<std::uint64_t>(about.st_mtim.tv_sec));
  add(hash, static_cast<std::uint64_t>(about.st_mtim.tv_nsec));
  return hash;
}

std::uint64_t device_of(const fs::path& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 ? about.st_dev : 0;
}

std::uint64_t combined(std::uint64_t first, std::uint64_t second) {
  std::uint64_t hash = fnv_offset;
  add(hash, first);
  add(hash, second);
  return hash;
}

}  // namespace slipway::models
