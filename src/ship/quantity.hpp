#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::ship {

inline constexpr std::uint64_t mebi = 1ULL << 20U;

/// Cores in thousandths from "500m", "2" or "1.5", from 1m to 1024 cores. `what` names the option in an error.
core::Result<std::uint64_t> cores_from(std::string_view what, std::string_view text);

/// "500m", "2"
std::string cores_text(std::uint64_t millicores);

/// Bytes from "512Mi", "1.5Gi", "2G" or "2147483648", as Kubernetes has them; from 1 MiB to 64 TiB.
core::Result<std::uint64_t> bytes_from(std::string_view what, std::string_view text);

/// "512Mi", "2Gi": the largest unit that leaves nothing over, or bytes.
std::string bytes_text(std::uint64_t bytes);

/// The same up to the next `step`.
std::uint64_t rounded_up(std::uint64_t value, std::uint64_t step);

}  // namespace slipway::ship
