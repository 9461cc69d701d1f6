#pragma once

#include <filesystem>
#include <string>

#include "core/error.hpp"

namespace slipway::config {

/// The whole of a text file of at most 64 MiB. Errors begin with the file's name: not_found when there is none,
/// invalid_argument when it is a folder, too large, or cannot be read.
core::Result<std::string> read_text_file(const std::filesystem::path& file);

}  // namespace slipway::config
