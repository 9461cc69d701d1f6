#include "fetch/download.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "fetch/part_file.hpp"

namespace slipway::fetch {

namespace {

constexpr std::size_t piece_bytes = 256UL * 1024;
/// Who gets further by this after a failure has not failed in a row.
constexpr std::uint64_t progress_bytes = 1UL << 20U;

/// What a server said of the file when it began to send it: a strong ETag, or a date.
std::string validator_of(const Answer& answer) {
  std::string tag = answer.header("ETag");
  if (tag.starts_with('"')) return tag;
  return answer.header("Last-Modified");
}

struct Range {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> all;
};

/// "bytes 10-19/20"
std::optional<Range> range_of(const std::string& header) {
  constexpr std::string_view unit = "bytes ";
  if (!header.starts_with(unit)) return std::nullopt;
  Range range;
  const char* end = header.data() + header.size();
  if (std::from_chars(header.data() + unit.size(), end, range.first).ec != std::errc()) return std::nullopt;
  const std::size_t slash = header.find('/');
  if (slash == std::string::npos) return std::nullopt;
  std::uint64_t all = 0;
  if (std::from_chars(header.data() + slash + 1, end, all).ec == std::errc()) range.all = all;
  return range;
}

class Download {
 public:
  Download(Client& client, const RemoteFile& remote, const Listener& listener, PartFile part)
      : client_(client), remote_(remote), listener_(listener), part_(std::move(part)) {}

  core::Result<Downloaded> run() {
    Retries retries(client_.limits(), listener_.retry);
    std::uint64_t furthest = 0;
    while (true) {
      auto tried = once();
      if (tried) return *std::move(tried);
      if (part_.size() > furthest + progress_bytes) retries.progressed();
      furthest = std::max(furthest, part_.size());
      TRY_VOID(retries.after(std::move(tried).error()));
    }
  }

 private:
  /// One request: from the beginning, or from where the last one broke.
  Tried<Downloaded> once() {
    const bool resumes = part_.size() > 0 && (!validator_.empty() || remote_.sha256);
    Question question = remote_.question;
    if (resumes) {
      question.headers["range"] = fmt::format("bytes={}-", part_.size());
      if (!validator_.empty()) question.headers["if-range"] = validator_;
    }
    auto asked = client_.get(question);
    if (!asked) {
      // the file is not what it was, or nothing is missing: all of it the next time
      constexpr unsigned no_such_range = 416;
      if (resumes && asked.error().status == no_such_range) {
        TRY_VOID(restart());
        asked.error().again = true;
      }
      return std::unexpected(std::move(asked).error());
    }
    Answer& answer = **asked;
    std::optional<std::uint64_t> all = answer.connection().length();
    constexpr unsigned partial = 206;
    if (resumes && answer.status() == partial) {
      const auto range = range_of(answer.header("Content-Range"));
      if (!range || range->first != part_.size()) {
        TRY_VOID(restart());
        return for_now(fmt::format("{}: gives another part than was asked for", remote_.name));
      }
      // some servers do not look at If-Range
      if (const std::string now = validator_of(answer); !validator_.empty() && !now.empty() && now != validator_) {
        TRY_VOID(restart());
        return for_now(fmt::format("{}: has changed between two parts of it", remote_.name));
      }
      if (all) *all += part_.size();
      if (range->all) all = range->all;
      is_pieced_ = true;
    } else {
      TRY_VOID(restart());
      TRY_VOID(is_the_file(answer));
      validator_ = validator_of(answer);
      if (!answer.connection().tells_its_end() && !remote_.sha256 && !remote_.size)
        return for_good(
            fmt::format("{}: the server does not say where the file ends, so that half of it would be taken for all; "
                        "--sha256 would show",
                        remote_.name));
    }
    return take(answer, all);
  }

  /// Whether what comes is all of the file as it is, and no part or other form of it.
  Tried<void> is_the_file(const Answer& answer) const {
    constexpr unsigned ok = 200;
    if (answer.status() != ok)
      return for_good(fmt::format("{}: the server answers {}, and 200 was expected", remote_.name, answer.status()));
    const std::string encoding = answer.header("Content-Encoding");
    // files that are compressed anyway are often said to be encoded so
    const bool is_itself = encoding.empty() || encoding == "identity" || remote_.sha256 || remote_.name.ends_with("gz");
    if (is_itself) return {};
    return for_good(
        fmt::format("{}: the server sends it encoded ({}), which was not asked for", remote_.name, encoding));
  }

  Tried<Downloaded> take(Answer& answer, std::optional<std::uint64_t> all) {
    if (remote_.size && all && *all != *remote_.size)
      return for_good(fmt::format("{}: is {} bytes long, not {} as was listed", remote_.name, *all, *remote_.size));
    buffer_.resize(piece_bytes);
    while (true) {
      TRY(const std::size_t got, answer.connection().read(buffer_));
      if (got == 0) break;
      if (auto written = part_.write(std::span<const char>(buffer_).first(got)); !written)
        return for_good(std::move(written).error());
      listener_.bytes(part_.size(), all ? all : remote_.size);
    }
    if (all && part_.size() != *all)
      return for_now(fmt::format("{}: {} bytes came, not {} as was said", remote_.name, part_.size(), *all));
    if (remote_.size && part_.size() != *remote_.size)
      return for_now(fmt::format("{}: {} bytes came, not {} as was listed", remote_.name, part_.size(), *remote_.size));
    return check();
  }

  Tried<Downloaded> check() {
    Downloaded done{.size = part_.size(), .sha256 = {}};
    auto hash = part_.hash();
    if (!hash) return for_good(std::move(hash).error());
    done.sha256 = *std::move(hash);
    if (remote_.sha256 && done.sha256 != *remote_.sha256) {
      const std::string message = fmt::format("{}: its SHA-256 is {}, not {}; nothing of it is kept", remote_.name,
                                              done.sha256, *remote_.sha256);
      if (!is_pieced_) return for_good(message);
      // pieces of two files do that
      TRY_VOID(restart());
      return for_now(message);
    }
    if (auto synced = part_.sync(); !synced) return for_good(std::move(synced).error());
    return done;
  }

  Tried<void> restart() {
    is_pieced_ = false;
    validator_.clear();
    if (auto emptied = part_.restart(); !emptied) return for_good(std::move(emptied).error());
    return {};
  }

  Client& client_;
  const RemoteFile& remote_;
  const Listener& listener_;
  PartFile part_;
  std::vector<char> buffer_;
  std::string validator_;
  bool is_pieced_ = false;
};

}  // namespace

core::Result<Downloaded> download(Client& client, const RemoteFile& remote, const std::filesystem::path& to,
                                  const Listener& listener) {
  constexpr unsigned mode = 0666;
  TRY(PartFile part, PartFile::create(to, mode));
  return Download(client, remote, listener, std::move(part)).run();
}

}  // namespace slipway::fetch
