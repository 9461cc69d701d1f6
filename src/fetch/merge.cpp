#include "fetch/merge.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ranges>
#include <system_error>
#include <vector>

#include "core/io_error.hpp"
#include "models/version_number.hpp"

namespace slipway::fetch {

namespace fs = std::filesystem;

namespace {

bool is_at_or_below(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

bool is_there(const fs::path& path) {
  std::error_code failure;
  return fs::exists(fs::symlink_status(path, failure));
}

core::Result<std::vector<fs::directory_entry>> entries_of(const fs::path& folder) {
  std::error_code failure;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator next(folder, failure); !failure && next != fs::directory_iterator();
       next.increment(failure))
    entries.push_back(*next);
  if (failure) return core::io_failed(folder, failure);
  std::ranges::sort(entries);
  return entries;
}

/// One rename, or an exchange of two, after which what was at `to` is at `from`.
struct Move {
  fs::path from;
  fs::path to;
  bool exchanges = false;
};

/// Where the file system exchanges nothing: by way of `aside`. A file is there all the while, a folder is not.
std::error_code exchange_slowly(const fs::path& from, const fs::path& to, const fs::path& aside) {
  std::error_code failure;
  std::error_code unlinked;
  const bool is_folder =
      fs::is_directory(fs::symlink_status(to, failure)) || fs::is_directory(fs::symlink_status(from, failure));
  if (is_folder) {
    fs::rename(to, aside, failure);
  } else {
    fs::create_hard_link(to, aside, unlinked);  // and if not, there is no way back
  }
  if (failure) return failure;
  fs::rename(from, to, failure);
  std::error_code ignored;
  if (!failure) {
    fs::rename(aside, from, ignored);
  } else if (is_folder) {
    fs::rename(aside, to, ignored);
  } else {
    fs::remove(aside, ignored);
  }
  return failure;
}

std::error_code exchange(const fs::path& from, const fs::path& to, const fs::path& aside) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) return {};
  const bool is_unknown = errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP;
  return is_unknown ? exchange_slowly(from, to, aside) : std::error_code(errno, std::generic_category());
}

class Merger {
 public:
  Merger(const fs::path& from, const fs::path& to, const fs::path& aside, const Merging& merging)
      : from_(from), to_(to), aside_(aside), merging_(merging) {}

  /// Finds out what is to be moved.
  core::Result<void> plan() {
    TRY_VOID(plan_folder({}));
    const std::size_t exchanged = moves_.size();
    for (const fs::path& stale : merging_.stale) {
      if (merging_.kept.contains(stale) || !is_there(to_ / stale) || is_exchanged(stale, exchanged)) continue;
      moves_.push_back({.from = to_ / stale, .to = aside_ / std::to_string(moves_.size())});
    }
    if (!merging_.last.empty()) plan_move(merging_.last);
    return {};
  }

  core::Result<void> run() const {
    for (std::size_t i = 0; i < moves_.size(); ++i) {
      const auto failure = once(moves_[i]);
      if (!failure) continue;
      for (const Move& done : moves_ | std::views::take(i) | std::views::reverse)
        once(done.exchanges ? done : Move{.from = done.to, .to = done.from});
      return core::io_failed(moves_[i].to, failure);
    }
    for (const fs::path& stale : merging_.stale) remove_empty(stale.parent_path());
    return {};
  }

 private:
  core::Result<void> plan_folder(const fs::path& folder) {
    TRY(const auto entries, entries_of(from_ / folder));
    for (const fs::directory_entry& entry : entries) {
      const fs::path name = folder / entry.path().filename();
      if (name == merging_.last) continue;
      std::error_code failure;
      const fs::file_status there = fs::symlink_status(to_ / name, failure);
      if (failure && there.type() != fs::file_type::not_found) return core::io_failed(to_ / name, failure);
      const bool is_folder = fs::is_directory(entry.symlink_status());
      if (!fs::exists(there) || (!is_folder && !fs::is_directory(there)) || may_go(name, there)) {
        plan_move(name);
      } else if (is_folder && fs::is_directory(there)) {
        TRY_VOID(plan_folder(name));
      } else {
        return core::fail(core::Code::unavailable,
                          fmt::format("{}: {}", (to_ / name).string(),
                                      is_folder ? "a folder comes here, and what is there is none"
                                                : "a file comes here, and what is there is a folder"));
      }
    }
    return {};
  }

  void plan_move(const fs::path& name) {
    moves_.push_back({.from = from_ / name, .to = to_ / name, .exchanges = is_there(to_ / name)});
  }

  bool is_exchanged(const fs::path& name, std::size_t exchanged) const {
    return std::ranges::any_of(moves_ | std::views::take(exchanged),
                               [&](const Move& move) { return is_at_or_below(to_ / name, move.to); });
  }

  /// Whether what is there under this name is to go as a whole.
  bool may_go(const fs::path& name, const fs::file_status& there) const {
    const auto kept = merging_.kept.lower_bound(name);
    if (kept != merging_.kept.end() && is_at_or_below(*kept, name)) return false;
    if (!fs::is_directory(there)) return merging_.stale.contains(name);
    const bool both_folders = fs::is_directory(fs::symlink_status(from_ / name));
    return (both_folders && models::version_number(name.filename().string()) != 0) || has_nothing_else(name);
  }

  bool has_nothing_else(const fs::path& folder) const {
    std::error_code failure;
    for (fs::recursive_directory_iterator next(to_ / folder, failure);
         !failure && next != fs::recursive_directory_iterator(); next.increment(failure)) {
      const fs::path name = next->path().lexically_relative(to_);
      const bool is_folder = fs::is_directory(next->symlink_status());
      if (!is_folder && !merging_.stale.contains(name) && !is_there(from_ / name)) return false;
    }
    return !failure;
  }

  std::error_code once(const Move& move) const {
    if (move.exchanges) return exchange(move.from, move.to, aside_ / "exchanged");
    std::error_code failure;
    fs::rename(move.from, move.to, failure);
    return failure;
  }

  /// Folders in which nothing is left, up to `to`.
  void remove_empty(fs::path folder) const {
    std::error_code failure;
    for (; !folder.empty() && !failure; folder = folder.parent_path()) {
      if (!fs::is_directory(fs::symlink_status(to_ / folder, failure))) return;
      fs::remove(to_ / folder, failure);
    }
  }

  const fs::path& from_;
  const fs::path& to_;
  const fs::path& aside_;
  const Merging& merging_;
  std::vector<Move> moves_;
};

}  // namespace

core::Result<void> merge(const fs::path& from, const fs::path& to, const fs::path& aside, const Merging& merging) {
  Merger merger(from, to, aside, merging);
  TRY_VOID(merger.plan());
  return merger.run();
}

}  // namespace slipway::fetch
