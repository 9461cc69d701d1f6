#include "front/compression.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <charconv>
#include <limits>
#include <new>

namespace slipway::front {

using core::Code;

namespace {

// zlib's windowBits: 15 for zlib's own wrapping (which "deflate" names), 16 more for gzip's, 32 more to tell them apart
constexpr int window_bits = 15;
constexpr int gzip_bits = 16;
constexpr int detect_bits = 32;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Names of codings have no case (RFC 9110, 8.4.1).
bool is_coding(std::string_view given, std::string_view name) { return boost::beast::iequals(given, name); }

/// A zlib stream that ends itself.
struct Inflater {
  z_stream stream{};
  bool ready = false;
  explicit Inflater(int bits) { ready = inflateInit2(&stream, bits) == Z_OK; }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

Bytef* zlib_bytes(const std::byte* data) { return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(data)); }

core::Result<core::Buffer> inflate_all(const core::Buffer& body, int bits, std::uint64_t most_bytes) {
  Inflater inflater(bits);
  if (!inflater.ready) throw std::bad_alloc();
  z_stream& stream = inflater.stream;
  stream.next_in = zlib_bytes(body.data());
  stream.avail_in = static_cast<uInt>(body.size());
  core::Buffer out(std::min<std::uint64_t>(std::max<std::uint64_t>(body.size() * 4, 4096), most_bytes + 1));
  std::size_t written = 0;
  for (;;) {
    stream.next_out = zlib_bytes(out.data() + written);
    stream.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size() - written, 1U << 30U));
    const std::size_t room = stream.avail_out;
    const int status = inflate(&stream, Z_NO_FLUSH);
    written += room - stream.avail_out;
    if (written > most_bytes)
      return core::fail(Code::resource_exhausted, fmt::format("the body is over {} bytes when inflated", most_bytes));
    if (status == Z_STREAM_END) break;
    if (status != Z_OK && (status != Z_BUF_ERROR || stream.avail_out != 0)) {
      return core::fail(
          Code::invalid_argument,
          fmt::format("the compressed body is damaged or cut short after {} bytes", body.size() - stream.avail_in));
    }
    if (stream.avail_out == 0) out.resize(std::min<std::uint64_t>(out.size() * 2, most_bytes + 1));
  }
  if (stream.avail_in != 0) {
    return core::fail(Code::invalid_argument,
                      fmt::format("{} bytes follow the end of the compressed body", stream.avail_in));
  }
  out.resize(written);
  return out;
}

/// How much a client wants each coding; 0 for one that it does not take.
struct Weights {
  double gzip = 0;
  double deflate = 0;
};

Weights weights_of(std::string_view accept_encoding) {
  // what is said of each; -1: nothing
  double gzip = -1;
  double deflate = -1;
  double others = 0;
  while (!accept_encoding.empty()) {
    const auto comma = std::min(accept_encoding.find(','), accept_encoding.size());
    const std::string_view item = trimmed(accept_encoding.substr(0, comma));
    accept_encoding.remove_prefix(std::min(comma + 1, accept_encoding.size()));
    const auto semicolon = std::min(item.find(';'), item.size());
    const std::string_view name = trimmed(item.substr(0, semicolon));
    double weight = 1;
    const std::string_view parameter = trimmed(item.substr(std::min(semicolon + 1, item.size())));
    if (parameter.starts_with("q=") || parameter.starts_with("Q="))
      std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), weight);
    if (is_coding(name, "gzip") || is_coding(name, "x-gzip")) gzip = weight;
    if (is_coding(name, "deflate")) deflate = weight;
    if (name == "*") others = weight;
  }
  return {.gzip = gzip < 0 ? others : gzip, .deflate = deflate < 0 ? others : deflate};
}

}  // namespace

core::Result<core::Buffer> decompress(const core::Buffer& body, std::string_view coding, std::uint64_t most_bytes) {
  if (body.size() > std::numeric_limits<uInt>::max())
    return core::fail(Code::resource_exhausted, "a compressed body over 4 GiB is not taken");
  if (is_coding(coding, "gzip") || is_coding(coding, "x-gzip"))
    return inflate_all(body, window_bits + detect_bits, most_bytes);
  if (is_coding(coding, "deflate")) {
    auto wrapped = inflate_all(body, window_bits, most_bytes);
    // many senders mean raw deflate by this name
    if (wrapped || wrapped.error().code() == Code::resource_exhausted) return wrapped;
    auto raw = inflate_all(body, -window_bits, most_bytes);
    return raw || raw.error().code() == Code::resource_exhausted ? std::move(raw) : std::move(wrapped);
  }
  return core::fail(Code::unimplemented, fmt::format("Content-Encoding \"{}\" given, {} expected", coding, codings));
}

Coding chosen_coding(std::string_view accept_encoding) {
  const Weights weights = weights_of(accept_encoding);
  if (weights.gzip <= 0 && weights.deflate <= 0) return Coding::identity;
  return weights.gzip >= weights.deflate ? Coding::gzip : Coding::deflate;
}

bool takes_gzip(std::string_view accept_encoding) { return weights_of(accept_encoding).gzip > 0; }

core::Buffer compress(const std::vector<core::Buffer>& parts, Coding coding) {
  z_stream stream{};
  const int bits = coding == Coding::gzip ? window_bits + gzip_bits : window_bits;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  core::Buffer out(deflateBound(&stream, static_cast<uLong>(core::total_bytes(parts))));
  stream.next_out = zlib_bytes(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  for (const core::Buffer& part : parts) {
    stream.next_in = zlib_bytes(part.data());
    stream.avail_in = static_cast<uInt>(part.size());
    deflate(&stream, Z_NO_FLUSH);
  }
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace slipway::front
