#include "fetch/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "fetch/part_file.hpp"
#include "fetch/tree.hpp"
#include "models/sha256.hpp"

namespace slipway::fetch {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view archive_line = "# archive ";
constexpr std::string_view link_line = "# link ";
constexpr std::string_view arrow = " -> ";
constexpr std::string_view gap = "  ";
constexpr std::size_t hash_letters = 64;

}  // namespace

std::string sha256_unless_link(const fs::path& file) {
  std::error_code failure;
  if (!fs::is_regular_file(fs::symlink_status(file, failure))) return {};
  const auto hash = models::sha256_of(file);
  return hash ? models::hex(*hash) : "";
}

Record::Record(fs::path folder, std::string_view archive)
    : folder_(std::move(folder)), name_(fmt::format(".{}.fetched", archive)) {
  std::ifstream in(folder_ / name_);
  if (!std::getline(in, archive_) || !archive_.starts_with(archive_line)) return;
  std::string line;
  is_whole_ = true;
  while (std::getline(in, line)) {
    if (auto entry = entry_from(line)) {
      entries_.push_back(*std::move(entry));
    } else {
      is_whole_ = false;
    }
  }
  is_whole_ = is_whole_ && in.eof();
}

std::optional<Record::Entry> Record::entry_from(std::string_view line) {
  Entry entry{.name = {}, .value = {}, .is_link = line.starts_with(link_line)};
  std::string_view name;
  if (entry.is_link) {
    line.remove_prefix(link_line.size());
    const std::size_t at = line.find(arrow);
    if (at == std::string_view::npos) return std::nullopt;
    name = line.substr(0, at);
    entry.value = line.substr(at + arrow.size());
  } else {
    if (line.size() <= hash_letters + gap.size()) return std::nullopt;
    name = line.substr(hash_letters + gap.size());
    entry.value = line.substr(0, hash_letters);
  }
  auto safe = inside(name);
  if (!safe || safe->empty()) return std::nullopt;
  entry.name = *std::move(safe);
  return entry;
}

bool Record::is_as_it_was(const Entry& entry) const {
  if (!entry.is_link) return sha256_unless_link(folder_ / entry.name) == entry.value;
  std::error_code failure;
  return fs::read_symlink(folder_ / entry.name, failure) == fs::path(entry.value) && !failure;
}

bool Record::holds(std::string_view sha256) const {
  return is_whole_ && archive_ == fmt::format("{}{}", archive_line, sha256) &&
         std::ranges::all_of(entries_, [this](const Entry& entry) { return is_as_it_was(entry); });
}

std::set<fs::path> Record::names() const {
  std::set<fs::path> names;
  for (const Entry& entry : entries_) names.insert(entry.name);
  return names;
}

std::set<fs::path> Record::stale(const Unpacked& now) const {
  std::set<fs::path> stale;
  for (const Entry& entry : entries_) {
    const std::string name = entry.name.string();
    if (!now.files.contains(name) && !now.links.contains(name) && is_as_it_was(entry)) stale.insert(entry.name);
  }
  return stale;
}

core::Result<void> Record::write(std::string_view sha256, const Unpacked& unpacked, const fs::path& to) const {
  std::string text = fmt::format("{}{}\n", archive_line, sha256);
  for (const auto& [name, target] : unpacked.links) text += fmt::format("{}{}{}{}\n", link_line, name, arrow, target);
  for (const auto& [name, hash] : unpacked.files) text += fmt::format("{}{}{}\n", hash, gap, name);
  constexpr unsigned mode = 0666;
  std::error_code failure;
  fs::remove_all(to / name_, failure);  // an archive may have anything in it
  TRY(PartFile file, PartFile::create(to / name_, mode));
  TRY_VOID(file.write(text));
  return file.sync();
}

}  // namespace slipway::fetch
