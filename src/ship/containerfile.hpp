#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "ship/image.hpp"
#include "ship/layer.hpp"

namespace slipway::ship {

/// A Containerfile that makes the image out of folders `layers/1`, `layers/2`, … beside it, one for each title.
std::string containerfile(const std::vector<std::string>& titles, const ImageConfig& config, const std::string& name);

/// Lays a layer's files out below a folder, with the modes they have in an image, as old as `time`.
core::Result<void> write_tree(const LayerPlan& plan, const std::filesystem::path& folder, std::int64_t time);

/// A folder that an engine builds the image from: the Containerfile and what it copies.
core::Result<void> write_build_folder(const std::vector<LayerPlan>& layers, const ImageConfig& config,
                                      const std::string& name, const std::filesystem::path& folder);

}  // namespace slipway::ship
