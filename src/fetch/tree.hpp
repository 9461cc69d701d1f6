#pragma once

#include <filesystem>
#include <string_view>

#include "core/error.hpp"

namespace slipway::fetch {

/// A name that came from elsewhere, of an archive's entry or of an object, as a path that stays inside the folder it is
/// joined to: relative, without "..", control characters, or too many letters or parts. Empty for the folder itself
/// ("./").
core::Result<std::filesystem::path> inside(std::string_view name);

/// Whether a symbolic link at `link` (as inside() gives it) stays in its folder whatever links lie in it beside it:
/// relative, with ".." only at its beginning, and no more of them than there are folders above it.
bool link_stays_inside(const std::filesystem::path& link, const std::filesystem::path& target);

}  // namespace slipway::fetch
