#pragma once

#include "core/error.hpp"

namespace slipway::cli {

/// 2 for what the user gave, 1 for what the machine refused.
inline int exit_code_of(core::Code code) {
  return code == core::Code::unavailable || code == core::Code::internal ? 1 : 2;
}

}  // namespace slipway::cli
