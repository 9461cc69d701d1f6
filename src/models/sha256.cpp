#include "models/sha256.hpp"

#include <fmt/format.h>

#include <fstream>
#include <vector>

namespace slipway::models {

Sha256::Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
  good_ = context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
}

void Sha256::add(std::span<const std::byte> bytes) {
  good_ = good_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
}

std::optional<Sha256::Hash> Sha256::finish() {
  Hash hash{};
  unsigned int size = 0;
  auto* to = reinterpret_cast<unsigned char*>(hash.data());
  if (!good_ || EVP_DigestFinal_ex(context_.get(), to, &size) != 1 || size != hash.size()) return std::nullopt;
  return hash;
}

std::optional<Sha256::Hash> sha256_of(const std::filesystem::path& file) {
  constexpr std::size_t piece_bytes = 1U << 20U;
  std::ifstream in(file, std::ios::binary);
  std::vector<char> piece(piece_bytes);
  Sha256 hash;
  while (in) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    hash.add(std::as_bytes(std::span(piece).first(static_cast<std::size_t>(in.gcount()))));
  }
  if (!in.eof()) return std::nullopt;
  return hash.finish();
}

std::string hex(const Sha256::Hash& hash) {
  std::string text;
  for (const std::byte byte : hash) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

}  // namespace slipway::models
