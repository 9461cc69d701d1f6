#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "fetch/checksums.hpp"
#include "fetch/client.hpp"
#include "fetch/limits.hpp"
#include "fetch/s3.hpp"
#include "fetch/url.hpp"

namespace slipway::fetch {

/// One address and what becomes of it.
struct Wanted {
  std::string text;  ///< as the user gave it
  std::string name;  ///< of the file; empty for a prefix
  std::optional<Url> url;
  std::optional<S3Place> place;
};

/// A command that was looked at as a whole.
struct Plan {
  std::vector<Wanted> wanted;
  std::filesystem::path to;
  Checksums checksums;
  S3Settings s3;
};

/// The name that what is at an address gets; "" for a prefix of S3, which is several. invalid_argument where it is
/// none.
core::Result<std::string> file_called(const std::string& address);

/// invalid_argument where an address is none, two files have one name, or a checksum belongs to no file.
core::Result<Plan> plan(const std::vector<std::string>& addresses, const std::filesystem::path& to,
                        const std::vector<std::string>& checksums, const std::optional<std::string>& endpoint);

/// Told what happens, on the thread that fetches.
struct Progress {
  virtual ~Progress() = default;
  virtual void bytes(const std::string& name, std::uint64_t done, std::optional<std::uint64_t> all) = 0;
  virtual void retries(const core::Error& error, std::chrono::milliseconds pause) = 0;
  virtual void unpacks(const std::string& name) = 0;
  /// It is in its place. `size` and `sha256` are the file's, or the archive's.
  virtual void landed(const std::string& name, std::uint64_t size, const std::string& sha256) = 0;
  /// It was there already, with the checksum that was asked for.
  virtual void is_there(const std::string& name) = 0;
};

/// Brings all that is wanted to its folder: each file, each archive's contents, and all that lies below a prefix, gets
/// there when all of it has come, by renames (merge.hpp says which, and what holds between them). Blocks, at most as
/// long as the limits say; a stop ends it with nothing half done.
core::Result<void> fetch(const Plan& plan, const Limits& limits, Progress& progress);

}  // namespace slipway::fetch
