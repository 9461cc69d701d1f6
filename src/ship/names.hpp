#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::ship {

/// "My Models" as objects of a cluster may be called (a DNS label, RFC 1123): small letters, digits and single hyphens
/// between them, at most `length_max`, beginning with a letter since Services must; "models" where nothing is left.
std::string label_from(std::string_view text, std::size_t length_max);

/// The same text where it is such a label; an error that says what is one. `what` names the option.
core::Result<std::string> checked_label(std::string_view what, std::string_view text, std::size_t length_max = 63);

/// Names of Secrets, claims and nodes: labels with dots between them, at most 253 characters.
core::Result<std::string> checked_subdomain(std::string_view what, std::string_view text);

/// SLIPWAY_LOG_LEVEL: letters, digits and _, no digit first.
core::Result<std::string> checked_variable(std::string_view what, std::string_view text);

/// The same for a repository of images, which may begin with a digit.
std::string image_name_from(std::string_view text);

/// The name of an image with its tag or digest, as example.org:5000/shop:3 or shop@sha256:…
struct ImageReference {
  std::string text;
  bool has_version = false;  ///< a tag other than latest, or a digest
  bool has_digest = false;
};
core::Result<ImageReference> image_reference_from(std::string_view text);

}  // namespace slipway::ship
