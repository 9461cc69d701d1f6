#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "ship/blob.hpp"
#include "ship/cargo.hpp"

namespace slipway::ship {

/// What a Debian package is called, after an image: "example.org/team/my_shop:3" is slipway-my-shop, version 3. A tag
/// that no version begins as ("latest") is one before all that are numbered.
struct DebName {
  std::string package;
  std::string version;
};
DebName deb_name(const std::string& image);

/// Where a file of an image goes in a package, whose files must be no other's: usr/bin/slipway to
/// usr/lib/slipway-shop/bin/slipway. "" for what a package does not have.
std::string deb_place(const std::string& name, const std::string& package);

/// What a package has of the layers, by its places: all but what the system's own packages bring, which it asks for.
/// failed_precondition where a library is of no package.
core::Result<std::vector<LayerPlan>> deb_layers(const Cargo& cargo, const std::string& package);

/// Writes a package of those layers, with a unit and its settings, to `output`; what is being made lies in `work`. Its
/// SHA-256 and size.
core::Result<Blob> write_deb(const Cargo& cargo, const std::vector<LayerPlan>& layers, const PackPlan& plan,
                             const std::filesystem::path& work, const std::filesystem::path& output);

}  // namespace slipway::ship
