#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace slipway::config {

/// Names of classes, by class: a line each, or in a file called *.json a list of texts. `key` says where in a JSON
/// object the list is: a key, or a JSON pointer ("/model/labels"); "" stands for "labels". Empty lines at
/// the end do not count. An error's sentence begins with the file.
core::Result<std::vector<std::string>> read_labels(const std::filesystem::path& file, const std::string& key);

}  // namespace slipway::config
