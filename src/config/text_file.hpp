#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::config {

/// The whole of a text file of at most 64 MiB. Errors begin with the file's name: not_found when there is none,
/// invalid_argument when it is a folder, too large, or cannot be read.
core::Result<std::string> read_text_file(const std::filesystem::path& file);

/// Writes the whole of a file beside it, and puts it in the place of the one that was there, which is left as it was
/// when that fails; its folder must be there. unavailable names the file, and the system's reason.
core::Result<void> write_text_file(const std::filesystem::path& file, std::string_view text);

}  // namespace slipway::config
