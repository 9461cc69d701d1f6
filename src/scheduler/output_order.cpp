#include "scheduler/output_order.hpp"

#include <cstddef>
#include <utility>

namespace slipway::scheduler {

void order_outputs(std::vector<core::Tensor>& outputs, const std::vector<std::string>& names) {
  for (std::size_t to = 0; to < names.size() && to < outputs.size(); ++to) {
    for (std::size_t from = to; from < outputs.size(); ++from) {
      if (outputs[from].name != names[to]) continue;
      if (from != to) std::swap(outputs[from], outputs[to]);
      break;
    }
  }
}

}  // namespace slipway::scheduler
