#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace slipway::ship {

/// A package that a file of this machine came with.
struct SystemPackage {
  std::string name;
  std::string version;
  std::filesystem::path copyright;  ///< its licences; may not be there

  auto operator<=>(const SystemPackage&) const = default;
};

/// The packages of the files, as dpkg's database in `database` tells; of files of none nothing. On another
/// distribution none at all.
std::map<std::filesystem::path, SystemPackage> packages_of(const std::vector<std::filesystem::path>& files,
                                                           const std::filesystem::path& database = "/var/lib/dpkg");

/// How a package that needs a library ("libz.so.1") asks for it: as the package says itself ("zlib1g (>= 1:1.2.3)"), or
/// by the version that is here.
std::string dependency_on(const SystemPackage& package, const std::string& library,
                          const std::filesystem::path& database = "/var/lib/dpkg");

}  // namespace slipway::ship
