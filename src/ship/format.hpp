#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "ship/blob.hpp"

namespace slipway::ship {

/// What models are packed as: an image (three of them), one folder in an archive, a Debian package, or what an engine
/// builds an image from.
enum class Format { oci_archive, oci_folder, docker_archive, tar, deb, containerfile };

/// "oci-archive", "oci-dir", "docker-archive", "tar", "deb", "containerfile". invalid_argument names them.
core::Result<Format> format_from(std::string_view name);

bool is_image(Format format);
/// Whether it is a folder, and no file.
bool is_folder(Format format);

/// What `slipway pack` writes when it is not told: "digits.tar", "digits-image", "digits.tar.gz".
std::string default_output(Format format, Compression compression, const std::string& name);

/// "example.org:5000/shop:3" is called "shop", and its tag is "3".
std::string short_name_of(const std::string& image);
std::string tag_of(const std::string& image);

/// Moves what was made to its place, on the same file system. unavailable, with the system's reason.
core::Result<void> move_into_place(const std::filesystem::path& made, const std::filesystem::path& output);

}  // namespace slipway::ship
