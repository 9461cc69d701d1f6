#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace slipway::fetch {

/// The SHA-256 that files must have: one for the only file, or one for each name. A value.
class Checksums {
 public:
  /// Each is HEX or FILE:HEX. invalid_argument says what is wrong.
  static core::Result<Checksums> parse(const std::vector<std::string>& given);

  std::optional<std::string> of(const std::string& name) const;
  /// The one without a name.
  bool has_bare() const { return bare_.has_value(); }
  const std::map<std::string, std::string>& named() const { return named_; }

 private:
  std::optional<std::string> bare_;
  std::map<std::string, std::string> named_;
};

}  // namespace slipway::fetch
