#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>

#include "core/error.hpp"
#include "models/sha256.hpp"

namespace slipway::ship {

enum class Compression { none, gzip, zstd };

/// Weights hold nothing that repeats: to look for it takes most of the time and saves nothing. `little` saves what a
/// code for frequent bytes saves (7 % of float32), four times as fast.
enum class Effort { usual, little };
/// What is worth it for contents like these.
Effort effort_for(std::span<const std::byte> sample);

/// A content-addressed file of an image: what it is called, how large it is, and what it was before it was compressed.
struct Blob {
  std::string digest;       ///< of the file as it lies there
  std::string diff_digest;  ///< of what was written (OCI's diff id)
  std::uint64_t size = 0;
  std::uint64_t raw_size = 0;
};

/// Writes one blob into a folder `blobs/sha256`, named by its digest in the end. The same bytes give the same file: no
/// time and no name is in it. Left without finish(), it leaves nothing. One thread.
class BlobWriter {
 public:
  BlobWriter(std::filesystem::path folder, Compression compression, Effort effort = Effort::usual);
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  core::Result<void> write(std::span<const std::byte> bytes);
  core::Result<Blob> finish();

 private:
  class Compressor;
  core::Result<void> put(std::span<const std::byte> bytes);

  std::filesystem::path folder_;
  std::filesystem::path part_;
  std::ofstream out_;
  std::unique_ptr<Compressor> compressor_;
  models::Sha256 raw_;
  models::Sha256 stored_;
  Blob blob_;
};

/// A text as a blob.
core::Result<Blob> write_blob(const std::filesystem::path& folder, std::string_view text);

}  // namespace slipway::ship
