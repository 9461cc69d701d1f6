#include "fetch/tree.hpp"

#include <fmt/format.h>

#include <iterator>

#include "core/printable.hpp"

namespace slipway::fetch {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t letters_max = 4096;
constexpr std::size_t part_letters_max = 255;
constexpr std::ptrdiff_t parts_max = 64;

}  // namespace

core::Result<fs::path> inside(std::string_view name) {
  const auto refuse = [&](std::string_view why) {
    return core::invalid(fmt::format("the name \"{}\" {}", core::printable(name.substr(0, part_letters_max)), why));
  };
  if (name.empty()) return refuse("is empty");
  if (name.front() == '/') return refuse("leads out of its folder");
  if (name.size() > letters_max) return refuse("is too long");
  if (!core::is_printable(name)) return refuse("has control characters");
  fs::path safe;
  for (const fs::path& part : fs::path(name)) {
    if (part == "..") return refuse("leads out of its folder");
    if (part.native().size() > part_letters_max) return refuse("is too long");
    if (!part.empty() && part != ".") safe /= part;
  }
  if (std::distance(safe.begin(), safe.end()) > parts_max) return refuse("has too many folders");
  return safe;
}

bool link_stays_inside(const fs::path& link, const fs::path& target) {
  if (target.empty() || target.is_absolute() || !core::is_printable(target.native())) return false;
  auto above = std::distance(link.begin(), link.end()) - 1;
  bool begun = false;
  for (const fs::path& part : target) {
    if (part == "..") {
      if (begun || above-- == 0) return false;
    } else if (!part.empty() && part != ".") {
      begun = true;
    }
  }
  return true;
}

}  // namespace slipway::fetch
