#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "runtime/backend.hpp"
#include "ship/layer.hpp"

namespace slipway::ship {

/// A library that the program itself loads: to where the loader looks in an image, which has no cache of names.
Item system_library(const std::filesystem::path& file);

/// The backend that a library lies with, by the layout of an installation; "" for none.
std::string owner_of(const std::filesystem::path& library);

/// Where what belongs to a backend goes in an image: /usr/lib/slipway/{backends,NAME}.
class BackendFiles {
 public:
  explicit BackendFiles(const runtime::BackendInfo& info);

  Item library(const std::filesystem::path& file) const;
  /// What lies with it beside shared objects: models, programs, descriptions.
  std::vector<Item> data() const;
  /// Those of `name` (its own, or "slipway") that the installation it is of has.
  std::vector<Item> licences(const std::string& name) const;

 private:
  std::string name_;
  std::filesystem::path plug_in_;
  std::filesystem::path folder_;                      ///< lib/slipway/NAME
  std::filesystem::path runtime_dir_;                 ///< of the runtime that it opened, which may lie elsewhere
  std::map<std::filesystem::path, std::string> own_;  ///< real files of the folder, by their names in an image
};

/// What a container has beside a program: users, certificates, a folder for what is temporary.
std::vector<Item> system_files();

}  // namespace slipway::ship
