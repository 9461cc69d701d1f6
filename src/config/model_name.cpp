#include "config/model_name.hpp"

#include "core/printable.hpp"

namespace slipway::config {

bool is_model_name(std::string_view name) {
  return !name.empty() && !name.contains('/') && !name.starts_with(' ') && !name.ends_with(' ') &&
         core::is_printable(name);
}

}  // namespace slipway::config
