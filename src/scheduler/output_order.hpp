#pragma once

#include <string>
#include <vector>

#include "core/tensor.hpp"

namespace slipway::scheduler {

/// Puts outputs into the order in which a request names them; where it names none they stay as they are.
void order_outputs(std::vector<core::Tensor>& outputs, const std::vector<std::string>& names);

}  // namespace slipway::scheduler
