#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "fetch/client.hpp"
#include "fetch/retries.hpp"

namespace slipway::fetch {

/// A file of a server, to be brought here.
struct RemoteFile {
  std::string name;  ///< for people
  Question question;
  std::optional<std::uint64_t> size = {};  ///< where it is known beforehand
  std::optional<std::string> sha256 = {};  ///< in small hexadecimal letters, where one is asked for
};

struct Downloaded {
  std::uint64_t size = 0;
  std::string sha256;
};

/// Told while a file comes: bytes so far, and in all where that is known.
using OnBytes = std::function<void(std::uint64_t done, std::optional<std::uint64_t> all)>;
struct Listener {
  OnBytes bytes = [](std::uint64_t, std::optional<std::uint64_t>) {};
  OnRetry retry = [](const core::Error&, std::chrono::milliseconds) {};
};

/// Brings `remote` to the new file `to`. A connection that breaks is taken up where it broke, where the server can
/// (Range) and says that the file is the same still (If-Range), or a checksum will; failures that may pass are tried
/// again after growing waits. What lies at `to` after an error is the caller's to remove. Blocks; one thread.
core::Result<Downloaded> download(Client& client, const RemoteFile& remote, const std::filesystem::path& to,
                                  const Listener& listener);

}  // namespace slipway::fetch
