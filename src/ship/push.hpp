#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "ship/image.hpp"

namespace slipway::ship {

/// How an image is given to a registry.
struct Push {
  std::string reference;                        ///< "example.org:5000/shop:3"
  std::optional<std::filesystem::path> auth{};  ///< skopeo's file of credentials; else where it looks itself
  bool is_insecure = false;                     ///< plain HTTP, or a certificate that nobody knows
};

/// The skopeo that PATH has. failed_precondition, which says how to get it, where there is none.
core::Result<std::filesystem::path> find_skopeo();

/// What skopeo is asked, in the image's folder, since a colon in that one's name would part it: its command line.
std::vector<std::string> push_command(const std::filesystem::path& skopeo, const Push& push);

/// Has skopeo copy the image to its registry, with its digest as it is; layers that are there are not sent. What skopeo
/// says goes to stderr. unavailable when it fails. Waits for it; skopeo ends with the calling thread.
core::Result<void> push_image(const Image& image, const Push& push);

}  // namespace slipway::ship
