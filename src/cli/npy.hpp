#pragma once

#include <filesystem>
#include <string>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"

namespace slipway::cli {

/// A file's contents. not_found when it cannot be read; nothing over `most_bytes`.
core::Result<core::Buffer> read_file(const std::filesystem::path& file, std::size_t most_bytes = std::size_t{1} << 30U);

/// Reads NumPy's .npy format (versions 1 to 3, NEP 1): little-endian, C order, booleans, integers and floats.
/// invalid_argument says what is wrong or not taken; `name` names the tensor.
core::Result<core::Tensor> parse_npy(const core::Buffer& file, std::string name);

}  // namespace slipway::cli
