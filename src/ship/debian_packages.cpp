#include "ship/debian_packages.hpp"

#include <fstream>
#include <string_view>

namespace slipway::ship {

namespace fs = std::filesystem;

namespace {

/// /lib is /usr/lib today, but the lists of packages say both.
std::string without_usr(const std::string& path) { return path.starts_with("/usr/") ? path.substr(4) : path; }

std::map<std::string, std::string> versions_in(const fs::path& status) {
  constexpr std::string_view name_field = "Package: ";
  constexpr std::string_view version_field = "Version: ";
  std::map<std::string, std::string> versions;
  std::ifstream in(status);
  std::string name;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name_field)) name = line.substr(name_field.size());
    if (line.starts_with(version_field)) versions[name] = line.substr(version_field.size());
  }
  return versions;
}

}  // namespace

std::map<fs::path, SystemPackage> packages_of(const std::vector<fs::path>& files, const fs::path& database) {
  std::multimap<std::string, fs::path> wanted;  // by the real file's name
  for (const fs::path& file : files) {
    std::error_code failure;
    const fs::path real = fs::canonical(file, failure);
    wanted.emplace(without_usr((failure ? file : real).string()), file);
  }
  const auto versions = versions_in(database / "status");
  std::map<fs::path, SystemPackage> found;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(database / "info", failure)) {
    if (entry.path().extension() != ".list") continue;
    const std::string stem = entry.path().stem().string();
    const std::string name = stem.substr(0, stem.find(':'));  // libc6:amd64.list
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      const auto [begin, end] = wanted.equal_range(without_usr(line));
      for (auto file = begin; file != end; ++file) {
        const auto version = versions.find(name);
        found[file->second] = {name, version == versions.end() ? "" : version->second,
                               fs::path("/usr/share/doc") / name / "copyright"};
      }
    }
  }
  return found;
}

std::string dependency_on(const SystemPackage& package, const std::string& library, const fs::path& database) {
  // deb-shlibs(5): libz.so.1 stands there as "libz 1", libcrypt-1.2.so as "libcrypt 1.2"
  const auto ending = library.find(".so");
  std::string wanted = library.substr(0, ending);
  if (ending != std::string::npos && library.size() > ending + 4) {
    wanted += ' ' + library.substr(ending + 4);
  } else if (const auto dash = wanted.rfind('-'); dash != std::string::npos) {
    wanted[dash] = ' ';
  }
  wanted += ' ';
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(database / "info", failure)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() != ".shlibs" || stem.substr(0, stem.find(':')) != package.name) continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with(wanted)) return line.substr(wanted.size());
    }
  }
  return package.version.empty() ? package.name : package.name + " (>= " + package.version + ")";
}

}  // namespace slipway::ship
