#pragma once

#include <filesystem>

namespace slipway::core {

/// This program's file, also where the loader was started by its name and given the program, as in the folders that
/// `slipway pack --format tar` makes. Any thread.
std::filesystem::path own_program();

/// The file that the code at an address of this process comes from; empty for none. `maps` is as /proc/self/maps.
std::filesystem::path mapped_file(const void* address, const std::filesystem::path& maps = "/proc/self/maps");

}  // namespace slipway::core
