#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace slipway::config {

/// Of `words` the one that `given` was probably meant to be: the fewest letters changed, added, left out or swapped
/// with their neighbour; nothing when every word is further than a third of its letters away.
std::optional<std::string_view> nearest(std::string_view given, std::span<const std::string_view> words);

}  // namespace slipway::config
