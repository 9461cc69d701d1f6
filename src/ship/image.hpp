#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "ship/format.hpp"
#include "ship/layer.hpp"

namespace slipway::ship {

/// What a container made of the image is (OCI image specification 1.1, config.md; `health` is Docker's, which others
/// read too).
struct ImageConfig {
  std::string user{};
  std::string work_folder = "/";
  std::string stop_signal = "SIGTERM";
  std::vector<std::string> ports{};  ///< "8000/tcp"
  std::vector<std::string> environment{};
  std::vector<std::string> entry_point{};
  std::vector<std::string> command{};
  std::vector<std::string> health{};
  std::map<std::string, std::string> labels{};
  std::int64_t created = 0;  ///< seconds since 1970
};

/// "amd64", "arm64": this machine's, as OCI and Debian call it.
std::string architecture();

/// An image that is whole: a folder in the layout of OCI.
struct Image {
  std::filesystem::path folder;
  std::string name;    ///< "digits:3"
  std::string digest;  ///< of its manifest
  std::vector<Layer> layers;
  Blob config;
  Blob manifest;
  std::int64_t created = 0;
};

/// Makes an image of layers whose blobs lie in `folder`/blobs/sha256.
core::Result<Image> make_image(const std::filesystem::path& folder, std::vector<Layer> layers,
                               const ImageConfig& config, const std::string& name);

/// Puts it where and as it was asked for, on the same file system: as an archive that is there when it is whole, or, of
/// oci_folder, by moving its folder, where it is from then on. invalid_argument for a format that is none of an image.
core::Result<void> place_image(Image& image, Format format, const std::filesystem::path& output);

}  // namespace slipway::ship
