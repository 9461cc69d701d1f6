#pragma once

#include <filesystem>

#include "core/error.hpp"

namespace slipway::core {

/// Whether there is a file or a folder, which this process may read. Else what is wrong with it, for its path to be put
/// before: "no such file or folder", "is a FIFO, a file or folder expected", "cannot be read: Permission denied".
/// not_found, invalid_argument, failed_precondition. Waits for nobody, whatever it is; safe from any thread.
Result<void> check_readable(const std::filesystem::path& path);

/// Whether anything is there, where a link leads.
bool is_there(const std::filesystem::path& path);

}  // namespace slipway::core
