#include "models/sha256.hpp"

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

}  // namespace slipway::models
