#include "ship/blob.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <atomic>
#include <functional>
#include <utility>
#include <vector>

#include "core/io_error.hpp"
#include "ship/digest.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece_bytes = 1U << 18U;
constexpr int gzip_level = 5;  // 1 % more than 6 of a program, in half the time
constexpr int zstd_level = 12;
constexpr int zstd_level_of_little = 1;

std::atomic<unsigned> parts = 0;

using Put = std::function<core::Result<void>(std::span<const std::byte>)>;

}  // namespace

class BlobWriter::Compressor {
 public:
  Compressor(Compression compression, Effort effort) : compression_(compression), piece_(piece_bytes) {
    constexpr int gzip_window = 15 + 16;  // zlib's way to ask for gzip; its header has no time unless one is set
    constexpr int memory = 8;
    bool good = true;
    if (compression == Compression::gzip) {
      good = deflateInit2(&gzip_, gzip_level, Z_DEFLATED, gzip_window, memory,
                          effort == Effort::little ? Z_HUFFMAN_ONLY : Z_DEFAULT_STRATEGY) == Z_OK;
    } else if (compression == Compression::zstd) {
      zstd_ = ZSTD_createCCtx();
      const int level = effort == Effort::little ? zstd_level_of_little : zstd_level;
      good = zstd_ != nullptr && ZSTD_isError(ZSTD_CCtx_setParameter(zstd_, ZSTD_c_compressionLevel, level)) == 0;
    }
    if (!good) throw std::bad_alloc();
  }
  ~Compressor() {
    if (compression_ == Compression::gzip) deflateEnd(&gzip_);
    ZSTD_freeCCtx(zstd_);
  }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  core::Result<void> write(std::span<const std::byte> bytes, bool last, const Put& put) {
    if (compression_ == Compression::gzip) return gzip(bytes, last, put);
    if (compression_ == Compression::zstd) return zstd(bytes, last, put);
    return put(bytes);
  }

 private:
  core::Result<void> gzip(std::span<const std::byte> bytes, bool last, const Put& put) {
    gzip_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // zlib only reads it
    gzip_.avail_in = static_cast<uInt>(bytes.size());
    while (true) {
      gzip_.next_out = reinterpret_cast<Bytef*>(piece_.data());
      gzip_.avail_out = static_cast<uInt>(piece_.size());
      const int state = deflate(&gzip_, last ? Z_FINISH : Z_NO_FLUSH);
      TRY_VOID(put(std::span<const std::byte>(piece_).first(piece_.size() - gzip_.avail_out)));
      if (last ? state == Z_STREAM_END : gzip_.avail_in == 0 && gzip_.avail_out > 0) return {};
    }
  }

  core::Result<void> zstd(std::span<const std::byte> bytes, bool last, const Put& put) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (true) {
      ZSTD_outBuffer out{piece_.data(), piece_.size(), 0};
      const std::size_t left = ZSTD_compressStream2(zstd_, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0)
        return core::fail(core::Code::internal, fmt::format("zstd: {}", ZSTD_getErrorName(left)));
      TRY_VOID(put(std::span<const std::byte>(piece_).first(out.pos)));
      if (last ? left == 0 : in.pos == in.size) return {};
    }
  }

  Compression compression_;
  std::vector<std::byte> piece_;
  z_stream gzip_{};
  ZSTD_CCtx* zstd_ = nullptr;
};

Effort effort_for(std::span<const std::byte> sample) {
  constexpr double worth_it = 0.85;
  std::vector<Bytef> out(compressBound(sample.size()));
  uLongf size = out.size();
  const bool done =
      compress2(out.data(), &size, reinterpret_cast<const Bytef*>(sample.data()), sample.size(), Z_BEST_SPEED) == Z_OK;
  return done && !sample.empty() && static_cast<double>(size) > worth_it * static_cast<double>(sample.size())
             ? Effort::little
             : Effort::usual;
}

BlobWriter::BlobWriter(fs::path folder, Compression compression, Effort effort)
    : folder_(std::move(folder)),
      part_(folder_ / fmt::format(".part-{}-{}", getpid(), parts++)),
      out_(part_, std::ios::binary),
      compressor_(std::make_unique<Compressor>(compression, effort)) {}

BlobWriter::~BlobWriter() {
  std::error_code failure;
  fs::remove(part_, failure);
}

core::Result<void> BlobWriter::put(std::span<const std::byte> bytes) {
  stored_.add(bytes);
  blob_.size += bytes.size();
  out_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (out_) return {};
  return core::cannot_write(part_);
}

core::Result<void> BlobWriter::write(std::span<const std::byte> bytes) {
  raw_.add(bytes);
  blob_.raw_size += bytes.size();
  return compressor_->write(bytes, false, [this](std::span<const std::byte> piece) { return put(piece); });
}

core::Result<Blob> BlobWriter::finish() {
  TRY_VOID(compressor_->write({}, true, [this](std::span<const std::byte> piece) { return put(piece); }));
  out_.close();
  const auto raw = raw_.finish();
  const auto stored = stored_.finish();
  if (!out_ || !raw || !stored) return core::cannot_write(part_);
  blob_.diff_digest = digest_text(*raw);
  blob_.digest = digest_text(*stored);
  std::error_code failure;
  fs::rename(part_, folder_ / hex_of(blob_.digest), failure);
  if (failure) return core::io_failed(folder_, failure);
  return blob_;
}

core::Result<Blob> write_blob(const fs::path& folder, std::string_view text) {
  BlobWriter writer(folder, Compression::none);
  TRY_VOID(writer.write(std::as_bytes(std::span(text))));
  return writer.finish();
}

}  // namespace slipway::ship
