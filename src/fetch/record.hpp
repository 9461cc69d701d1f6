#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "fetch/unpack.hpp"

namespace slipway::fetch {

/// SHA-256 of a regular file in hexadecimal; empty where there is none, or where a link stands for it.
std::string sha256_unless_link(const std::filesystem::path& file);

/// What an archive left in its folder, kept as the hidden file `.NAME.fetched` there, so that it is not fetched again
/// while all of it is there unchanged. `sha256sum --check` reads it too.
class Record {
 public:
  /// The record that is there, if one is.
  Record(std::filesystem::path folder, std::string_view archive);

  /// Whether the archive of this hash was unpacked here, and every file and link of it is as it was. Reads all of them.
  bool holds(std::string_view sha256) const;
  /// What the archive brought, relative to its folder.
  std::set<std::filesystem::path> names() const;
  /// What of that is no part of `now` and is as it was: nobody else's. Reads it.
  std::set<std::filesystem::path> stale(const Unpacked& now) const;

  /// As it lies in its folder.
  const std::filesystem::path& name() const { return name_; }
  /// Writes a new one to a folder that will be merged with this one's.
  core::Result<void> write(std::string_view sha256, const Unpacked& unpacked, const std::filesystem::path& to) const;

 private:
  struct Entry {
    std::filesystem::path name;
    std::string value;  ///< a file's SHA-256, or where a link leads
    bool is_link = false;
  };
  static std::optional<Entry> entry_from(std::string_view line);
  bool is_as_it_was(const Entry& entry) const;

  std::filesystem::path folder_;
  std::filesystem::path name_;
  std::string archive_;  ///< the line that names its hash
  std::vector<Entry> entries_;
  bool is_whole_ = false;  ///< and every line of it is an entry
};

}  // namespace slipway::fetch
