#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace slipway::ship {

/// One thing that an image is made of.
struct Component {
  std::string name;
  std::string version;
  std::string url;     ///< a package URL (purl), "" for none
  std::string sha256;  ///< in hexadecimal, "" for none
};

/// A software bill of materials: SPDX 2.3, JSON. `image` names it.
core::Result<std::string> spdx(const std::string& image, std::int64_t created, std::vector<Component> components);

}  // namespace slipway::ship
