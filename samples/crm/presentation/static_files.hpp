#pragma once

#include <filesystem>
#include <string>

#include "presentation/message.hpp"

namespace crm {

/// The page: files of one folder, and nothing outside of it. Threads: any.
class StaticFiles {
 public:
  explicit StaticFiles(const std::filesystem::path& folder);
  Response get(const Request& request) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace crm
