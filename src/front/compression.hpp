#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"

namespace slipway::front {

enum class Coding { identity, gzip, deflate };

/// The content codings there are, for messages.
inline constexpr std::string_view codings = "gzip, deflate, identity";

/// Inflates a request body. invalid_argument when it is damaged; resource_exhausted when it would pass `most_bytes`;
/// unimplemented for a coding that is not known.
core::Result<core::Buffer> decompress(const core::Buffer& body, std::string_view coding, std::uint64_t most_bytes);

/// What an Accept-Encoding header asks for (RFC 9110, 12.5.3): the known coding with the highest weight; none at weight
/// 0.
Coding chosen_coding(std::string_view accept_encoding);

/// Whether gzip is among what an Accept-Encoding header takes, at whatever weight.
bool takes_gzip(std::string_view accept_encoding);

/// Deflates the parts of a response into one.
core::Buffer compress(const std::vector<core::Buffer>& parts, Coding coding);

}  // namespace slipway::front
