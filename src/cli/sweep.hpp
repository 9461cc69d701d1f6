#pragma once

#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace slipway::cli {

/// The values of an option that may be swept: a list "1,8,32", or FIRST:LAST:STEP, "1:9:4" for 1, 5, 9; a step "*2"
/// multiplies, "1:32:*2" for 1, 2, 4 … 32. At most a hundred. invalid_argument, beginning with the option's name, says
/// what is wrong.
core::Result<std::vector<double>> parse_sweep(std::string_view option, std::string_view text);

/// The same for whole numbers from 1 to `most`.
core::Result<std::vector<std::uint32_t>> parse_counts(std::string_view option, std::string_view text,
                                                      std::uint32_t most);

}  // namespace slipway::cli
