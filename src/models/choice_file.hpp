#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace slipway::models {

/// One backend that can run a model, and how fast it does.
struct BackendSpeed {
  std::string backend;
  double all_cores = 0;   ///< runs a second of all instances at once; 0: not measured
  double one_caller = 0;  ///< runs a second of one instance alone
  std::string remark;     ///< why it is out of the question, or was not measured; else ""
  std::string files;      ///< what its plug-in and its runtime were on disk (files_stamp)
};

/// Which backend runs a model on this machine, and what was measured.
struct Choice {
  std::string backend;
  std::vector<BackendSpeed> speeds;  ///< in the order that the backends are tried
};

/// Paths, sizes and times of files, by which it is seen that none of them was replaced.
std::string files_stamp(const std::vector<std::filesystem::path>& files);
/// Whether those in `stamp` are as they were.
bool is_current(const std::string& stamp);

/// Where such choices are kept from one start to the next: $SLIPWAY_CACHE_DIR, else $XDG_CACHE_HOME/slipway, else
/// ~/.cache/slipway. Nothing where none of these variables is set.
std::optional<std::filesystem::path> cache_folder();

/// Reads and writes one choice, `folder`/backend-choice/`key`.json. Safe from many threads and processes at once: a
/// file is written beside and then renamed.
std::optional<Choice> read_choice(const std::filesystem::path& folder, const std::string& key);
core::Result<void> write_choice(const std::filesystem::path& folder, const std::string& key, const Choice& choice);

}  // namespace slipway::models
