#include "fetch/unpack.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <fstream>
#include <memory>
#include <system_error>

#include "core/io_error.hpp"
#include "fetch/part_file.hpp"
#include "fetch/tree.hpp"

namespace slipway::fetch {

namespace fs = std::filesystem;

namespace {

/// libarchive decodes names into the locale's letters: those of UTF-8 while this lives, in this thread.
class Utf8Names {
 public:
  Utf8Names() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = uselocale(locale_);
  }
  ~Utf8Names() {
    if (locale_ == nullptr) return;
    uselocale(before_);
    freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;

class Unpacking {
 public:
  Unpacking(archive* reader, fs::path to, const UnpackLimits& limits)
      : reader_(reader), to_(std::move(to)), limits_(limits) {}

  core::Result<Unpacked> run() {
    std::uint64_t entries = 0;
    while (true) {
      archive_entry* entry = nullptr;
      const int state = archive_read_next_header(reader_, &entry);
      if (state == ARCHIVE_EOF) return std::move(done_);
      if (state != ARCHIVE_OK && state != ARCHIVE_WARN) return damaged();
      if (limits_.stop.stop_requested()) return core::fail(core::Code::unavailable, "interrupted");
      if (++entries > limits_.entries) return core::invalid(fmt::format("has more than {} entries", limits_.entries));
      TRY_VOID(take(entry));
    }
  }

 private:
  std::unexpected<core::Error> damaged() const {
    const char* why = archive_error_string(reader_);
    return core::invalid(fmt::format("is damaged or ends early: {}", why == nullptr ? "it cannot be read" : why));
  }

  core::Result<void> take(archive_entry* entry) {
    const char* given = archive_entry_pathname(entry);
    TRY(const fs::path name, inside(given == nullptr ? "" : given));
    if (const char* twin = archive_entry_hardlink(entry); twin != nullptr) return hard_link(entry, name, twin);
    switch (archive_entry_filetype(entry)) {
      case AE_IFREG: return file(entry, name);
      case AE_IFDIR: return folder(name);
      case AE_IFLNK: return link(entry, name);
      default: return core::invalid(fmt::format("\"{}\" is neither a file, nor a folder, nor a link", name.string()));
    }
  }

  /// The folders above an entry, of which none is a link.
  core::Result<void> folder(const fs::path& name) {
    fs::path so_far = to_;
    for (const fs::path& part : name) {
      so_far /= part;
      std::error_code failure;
      const fs::file_status there = fs::symlink_status(so_far, failure);
      if (fs::is_directory(there)) continue;
      if (fs::exists(there)) return core::invalid(fmt::format("\"{}\" lies below a file or a link", name.string()));
      if (fs::create_directory(so_far, failure); failure) return core::io_failed(so_far, failure);
    }
    return {};
  }

  /// Makes room for a file or a link: what has its name is removed.
  core::Result<fs::path> place(const fs::path& name) {
    if (name.empty()) return core::invalid("a file has no name");
    TRY_VOID(folder(name.parent_path()));
    fs::path path = to_ / name;
    std::error_code failure;
    const fs::file_status there = fs::symlink_status(path, failure);
    if (fs::is_directory(there)) return core::invalid(fmt::format("\"{}\" is a folder and a file", name.string()));
    if (fs::exists(there) && !fs::remove(path, failure)) return core::io_failed(path, failure);
    done_.files.erase(name.string());
    done_.links.erase(name.string());
    return path;
  }

  core::Result<void> file(archive_entry* entry, const fs::path& name) {
    constexpr unsigned plain = 0666;
    constexpr unsigned executable = 0777;
    constexpr unsigned any_may_run = 0111;
    const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(archive_entry_size(entry), 0));
    TRY_VOID(room_for(size));
    TRY(const fs::path path, place(name));
    TRY(PartFile out, PartFile::create(path, (archive_entry_perm(entry) & any_may_run) != 0 ? executable : plain));
    while (true) {
      const void* data = nullptr;
      std::size_t bytes = 0;
      la_int64_t offset = 0;
      const int state = archive_read_data_block(reader_, &data, &bytes, &offset);
      if (state == ARCHIVE_EOF) break;
      if (state != ARCHIVE_OK) return damaged();
      if (limits_.stop.stop_requested()) return core::fail(core::Code::unavailable, "interrupted");
      const auto from = static_cast<std::uint64_t>(std::max<la_int64_t>(offset, 0));
      if (from < out.size()) return core::invalid(fmt::format("\"{}\" is in disorder", name.string()));
      TRY_VOID(room_for(from + bytes));
      TRY_VOID(out.fill(from));
      TRY_VOID(out.write(std::span(static_cast<const char*>(data), bytes)));
    }
    if (archive_entry_size_is_set(entry) != 0) {
      if (out.size() > size) return core::invalid(fmt::format("\"{}\" is longer than it says", name.string()));
      TRY_VOID(out.fill(size));  // a hole at its end
    }
    TRY(done_.files[name.string()], out.hash());
    done_.bytes += out.size();
    return out.sync();
  }

  /// Whether one more file of this size is within the limits.
  core::Result<void> room_for(std::uint64_t size) const {
    if (size <= limits_.bytes - done_.bytes) return {};
    return core::invalid(fmt::format("would unpack to more than {} bytes", limits_.bytes));
  }

  core::Result<void> link(archive_entry* entry, const fs::path& name) {
    const char* target = archive_entry_symlink(entry);
    if (target == nullptr || !link_stays_inside(name, target))
      return core::invalid(fmt::format(R"(the link "{}" leads to "{}", which may lie outside)", name.string(),
                                       target == nullptr ? "" : target));
    TRY(const fs::path path, place(name));
    std::error_code failure;
    fs::create_symlink(target, path, failure);
    if (failure) return core::io_failed(path, failure);
    done_.links[name.string()] = target;
    return {};
  }

  core::Result<void> hard_link(archive_entry* entry, const fs::path& name, const char* twin) {
    TRY(const fs::path other, inside(twin));
    const auto known = done_.files.find(other.string());
    if (known == done_.files.end())
      return core::invalid(
          fmt::format(R"("{}" is the same file as "{}", which did not come before)", name.string(), twin));
    if (other == name) return {};
    if (archive_entry_size(entry) > 0)
      return core::invalid(fmt::format("\"{}\" is a link with contents of its own", name.string()));
    const std::string hash = known->second;
    TRY(const fs::path path, place(name));
    std::error_code failure;
    fs::create_hard_link(to_ / other, path, failure);
    if (failure) return core::io_failed(path, failure);
    done_.files[name.string()] = hash;
    return {};
  }

  archive* reader_;
  fs::path to_;
  const UnpackLimits& limits_;
  Unpacked done_;
};

/// libarchive takes a tar archive for whole that ends where a file of it ends. One that was not cut off ends in zeros.
bool ends_in_zeros(const fs::path& archive) {
  constexpr std::streamoff block = 512;
  std::array<char, block> last{};
  std::ifstream in(archive, std::ios::binary);
  in.seekg(-block, std::ios::end);
  in.read(last.data(), block);
  return in && std::ranges::all_of(last, [](char c) { return c == 0; });
}

}  // namespace

std::optional<ArchiveKind> archive_kind(std::string_view name) {
  for (const std::string_view ending : {".tar", ".tar.gz", ".tgz", ".tar.zst"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) return ArchiveKind::tar;
  }
  if (name.size() > 4 && name.ends_with(".zip")) return ArchiveKind::zip;
  return std::nullopt;
}

std::uint64_t unpacked_bytes_max(std::uint64_t archive_bytes) {
  constexpr std::uint64_t times = 50;
  constexpr std::uint64_t least = 1ULL << 30U;
  return std::max(least, archive_bytes * times);
}

core::Result<Unpacked> unpack(const fs::path& archive, ArchiveKind kind, const fs::path& to,
                              const UnpackLimits& limits) {
  constexpr std::size_t block_bytes = 256UL * 1024;
  const Utf8Names names;
  const Reader reader(archive_read_new(), &archive_read_free);
  if (!reader) return core::fail(core::Code::internal, "libarchive cannot be used");
  if (kind == ArchiveKind::tar) {
    archive_read_support_filter_gzip(reader.get());
    archive_read_support_filter_zstd(reader.get());
    archive_read_support_format_tar(reader.get());
  } else {
    archive_read_support_format_zip_seekable(reader.get());
  }
  if (archive_read_open_filename(reader.get(), archive.c_str(), block_bytes) != ARCHIVE_OK)
    return core::invalid(fmt::format("cannot be read as an archive: {}", archive_error_string(reader.get())));
  TRY(Unpacked done, Unpacking(reader.get(), to, limits).run());
  if (done.files.empty()) return core::invalid("has no files in it");
  const bool is_bare_tar = kind == ArchiveKind::tar && archive_filter_count(reader.get()) == 1;
  if (is_bare_tar && !ends_in_zeros(archive)) return core::invalid("ends early: the end of a tar archive is missing");
  return done;
}

}  // namespace slipway::fetch
