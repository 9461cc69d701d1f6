#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"

namespace slipway::front {

enum class Coding { identity, gzip, deflate };

/// The content codings there are, for messages.
inline constexpr std::string_view codings = "gzip, deflate, identity";

/// Inflates a body a part at a time, for a thread that has others to serve meanwhile: 250 KB can become 250 MB.
class Inflation {
 public:
  /// `body` is kept by reference. bad_alloc where zlib has no memory.
  Inflation(const core::Buffer& body, std::string_view coding, std::uint64_t most_bytes);
  ~Inflation();
  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;

  /// Takes and inflates `bytes` more at most. Nothing while the body has not ended; then, once, what decompress()
  /// gives.
  std::optional<core::Result<core::Buffer>> step(std::size_t bytes);

 private:
  struct Stream;

  void begin(int bits);
  std::size_t next_size() const;

  const core::Buffer& body_;
  std::uint64_t most_bytes_;
  std::unique_ptr<Stream> stream_;  ///< none where the body is not even begun
  core::Buffer out_;
  std::size_t written_ = 0;
  bool may_be_raw_ = false;
  std::optional<core::Error> objection_;  ///< of two ways, where two are tried, that which came further
};

/// Inflates a request body. invalid_argument when it is damaged; resource_exhausted when it would pass `most_bytes`;
/// unimplemented for a coding that is not known.
core::Result<core::Buffer> decompress(const core::Buffer& body, std::string_view coding, std::uint64_t most_bytes);

/// What an Accept-Encoding header asks for (RFC 9110, 12.5.3): the known coding with the highest weight; none at weight
/// 0.
Coding chosen_coding(std::string_view accept_encoding);

/// Whether gzip is among what an Accept-Encoding header takes, at whatever weight.
bool takes_gzip(std::string_view accept_encoding);

/// Deflates the parts of a response into one.
core::Buffer compress(const std::vector<core::Buffer>& parts, Coding coding);

}  // namespace slipway::front
