#include "business/secrets.hpp"

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace crm {
namespace {

constexpr std::uint32_t hash_passes = 2;
constexpr std::uint32_t memory_kib = 19 * 1024;
constexpr std::uint32_t hash_lanes = 1;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t salt_bytes = 16;

template <std::size_t Size>
std::array<unsigned char, Size> random_bytes() {
  std::array<unsigned char, Size> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::runtime_error("no random bytes");
  return bytes;
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const unsigned byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

}  // namespace

std::string hash_password(std::string_view password) {
  const auto salt = random_bytes<salt_bytes>();
  std::string hash(argon2_encodedlen(hash_passes, memory_kib, hash_lanes, salt_bytes, hash_bytes, Argon2_id), '\0');
  const int status = argon2id_hash_encoded(hash_passes, memory_kib, hash_lanes, password.data(), password.size(),
                                           salt.data(), salt.size(), hash_bytes, hash.data(), hash.size());
  if (status != ARGON2_OK) throw std::runtime_error(std::string("Argon2: ") + argon2_error_message(status));
  hash.resize(hash.find('\0'));
  return hash;
}

bool verify_password(const std::string& hash, std::string_view password) {
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

std::string random_token() { return hexadecimal(random_bytes<32>()); }

std::string sha256(std::string_view text) {
  std::array<unsigned char, 32> digest;
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("no SHA-256");
  }
  return hexadecimal(digest);
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace crm
