#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace slipway::models {

/// SHA-256 of bytes that are added one after the other, by OpenSSL. One thread.
class Sha256 {
 public:
  using Hash = std::array<std::byte, 32>;

  Sha256();
  void add(std::span<const std::byte> bytes);
  /// The hash of all that was added, once. Nothing when the OpenSSL that is installed cannot compute it.
  std::optional<Hash> finish();

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  bool good_ = false;
};

/// Of a file's contents, a link's that of what it leads to. Nothing where they cannot be read.
std::optional<Sha256::Hash> sha256_of(const std::filesystem::path& file);

/// In hexadecimal, small letters.
std::string hex(const Sha256::Hash& hash);

}  // namespace slipway::models
