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

constexpr std::uint64_t most_at_first = 64U << 20U;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Names of codings have no case (RFC 9110, 8.4.1).
bool is_coding(std::string_view given, std::string_view name) { return boost::beast::iequals(given, name); }

Bytef* zlib_bytes(const std::byte* data) { return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(data)); }

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

/// A zlib stream that ends itself.
struct Inflation::Stream : z_stream {
  Stream(const core::Buffer& body, int bits) : z_stream{}, may_be_gzip(bits > window_bits) {
    if (inflateInit2(this, bits) != Z_OK) throw std::bad_alloc();
    next_in = zlib_bytes(body.data());
    left = body.size();
  }
  ~Stream() { inflateEnd(this); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// One call of zlib with up to `bytes` of what is left; inflate()'s status.
  int go_on(std::size_t bytes) {
    avail_in = static_cast<uInt>(std::min(left, bytes));
    left -= avail_in;
    const int status = ::inflate(this, Z_NO_FLUSH);
    left += avail_in;
    return status;
  }

  /// Whether another member of gzip's follows the one that has ended (RFC 1952, 2.2).
  bool begins_a_member() const { return may_be_gzip && left >= 2 && next_in[0] == 0x1f && next_in[1] == 0x8b; }

  const bool may_be_gzip;
  std::size_t left = 0;  ///< bytes of the body that are not taken yet
};

Inflation::Inflation(const core::Buffer& body, std::string_view coding, std::uint64_t most_bytes)
    : body_(body), most_bytes_(most_bytes) {
  if (body.size() > std::numeric_limits<uInt>::max()) {
    objection_ = core::Error(Code::resource_exhausted,
                             fmt::format("the compressed body has {} bytes; over 4 GiB are not taken", body.size()));
  } else if (is_coding(coding, "gzip") || is_coding(coding, "x-gzip")) {
    begin(window_bits + detect_bits);
  } else if (is_coding(coding, "deflate")) {
    may_be_raw_ = true;
    begin(window_bits);
  } else {
    objection_ = core::Error(Code::unimplemented,
                             fmt::format("Content-Encoding \"{}\" given, one of {} expected", coding, codings));
  }
}

Inflation::~Inflation() = default;

void Inflation::begin(int bits) {
  stream_ = std::make_unique<Stream>(body_, bits);
  written_ = 0;
  if (out_.empty()) out_ = core::Buffer(0);
}

/// How large the output becomes when it is full: what is usual for such a body, and then as much again each time, since
/// what could be may never come of it.
std::size_t Inflation::next_size() const {
  constexpr std::uint64_t usual_ratio = 4;
  const std::uint64_t usual = std::clamp<std::uint64_t>(body_.size() * usual_ratio, 4096, most_at_first);
  return static_cast<std::size_t>(std::min(std::max<std::uint64_t>(out_.size() * 2, usual), most_bytes_ + 1));
}

std::optional<core::Result<core::Buffer>> Inflation::step(std::size_t bytes) {
  if (!stream_) return std::unexpected(*objection_);
  // a body may be long and hold nothing, so that what is taken counts as well as what is given
  for (std::size_t taken = 0, given = 0; taken < bytes && given < bytes;) {
    if (written_ == out_.size()) out_.resize(next_size());
    const std::size_t left = stream_->left;
    const std::size_t room = std::min({out_.size() - written_, bytes - given, std::size_t{1} << 30U});
    stream_->next_out = zlib_bytes(out_.data() + written_);
    stream_->avail_out = static_cast<uInt>(room);
    const int status = stream_->go_on(bytes - taken);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    taken += left - stream_->left;
    given += room - stream_->avail_out;
    written_ += room - stream_->avail_out;
    if (written_ > most_bytes_)
      return core::fail(Code::resource_exhausted,
                        fmt::format("the body is over {} bytes when inflated (max_request_bytes)", most_bytes_));
    if (status == Z_OK) continue;
    if (status == Z_STREAM_END && stream_->begins_a_member()) {
      inflateReset(stream_.get());
      continue;
    }
    if (status == Z_STREAM_END && stream_->left == 0) {
      out_.resize(written_);
      return std::move(out_);
    }
    core::Error objection(
        Code::invalid_argument,
        body_.empty() ? "the compressed body is empty"
        : status == Z_STREAM_END
            ? fmt::format("{} bytes follow the end of the compressed body", stream_->left)
            : fmt::format("the compressed body is damaged or cut short after {} bytes", body_.size() - stream_->left));
    // of two ways that which came further, which raw deflate is if it gave anything
    if (!objection_ || written_ > 0) objection_ = std::move(objection);
    if (!may_be_raw_) return std::unexpected(*objection_);
    // many senders mean raw deflate by this name
    may_be_raw_ = false;
    begin(-window_bits);
  }
  return std::nullopt;
}

core::Result<core::Buffer> decompress(const core::Buffer& body, std::string_view coding, std::uint64_t most_bytes) {
  auto done = Inflation(body, coding, most_bytes).step(std::numeric_limits<std::size_t>::max());
  return *std::move(done);
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
  const std::unique_ptr<z_stream, decltype(&deflateEnd)> ends(&stream, deflateEnd);
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
  return out;
}

}  // namespace slipway::front
