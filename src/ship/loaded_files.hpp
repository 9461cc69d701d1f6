#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace slipway::ship {

/// The shared objects that this process has loaded, by the names under which the loader found them, and the loader
/// itself; without the program. In the order in which they were loaded. Any thread.
std::vector<std::filesystem::path> loaded_libraries();

}  // namespace slipway::ship
