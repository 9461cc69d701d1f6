#pragma once

#include <string>
#include <string_view>

#include "models/sha256.hpp"

namespace slipway::ship {

/// "sha256:…", as OCI names contents.
inline std::string digest_text(const models::Sha256::Hash& hash) { return "sha256:" + models::hex(hash); }

/// What follows "sha256:".
inline std::string hex_of(std::string_view digest) { return std::string(digest.substr(digest.find(':') + 1)); }

}  // namespace slipway::ship
