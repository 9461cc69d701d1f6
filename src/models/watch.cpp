#include "models/watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "core/readable.hpp"
#include "models/companions.hpp"
#include "models/file_stamp.hpp"

namespace slipway::models {

namespace fs = std::filesystem;

namespace {

std::uint64_t stamp_of_files(const std::vector<fs::path>& files) {
  std::uint64_t stamp = 0;
  for (const fs::path& file : files) stamp = combined(stamp, stamp_of(file));
  return stamp;
}

/// Of a version's own files, and of those that say how it is run.
std::uint64_t stamp_of_version(const Source& source) {
  const bool is_bare = source.path == source.place;
  const std::uint64_t own = is_bare ? combined(stamp_of(source.path), stamp_of_files(companions_of(source.path)))
                                    : stamp_of(source.path.parent_path());
  return combined(stamp_of_files(source.spec.files), own);
}

/// What a place has; nothing when it cannot be read at the moment.
std::optional<Found> found_in(const config::AppModel& given) {
  auto found = find_models(given.path, given.spec);
  if (found) return *std::move(found);
  std::error_code failure;
  const bool is_empty = fs::is_directory(given.path, failure) && fs::is_empty(given.path, failure) && !failure;
  return is_empty ? std::optional(Found{}) : std::nullopt;
}

}  // namespace

Watch::Watch(std::vector<config::AppModel> places, PassOn pass_on, Tell tell)
    : pass_on_(std::move(pass_on)), tell_(std::move(tell)) {
  for (config::AppModel& given : places) {
    Place place{.given = std::move(given)};
    place.device = device_of(place.given.path);
    place.stamp = stamp_of_place(place);
    place.known = versions_of(found_in(place.given).value_or(Found{}));
    places_.push_back(std::move(place));
  }
}

Watch::Versions Watch::versions_of(Found found) {
  Versions versions;
  for (Source& source : found.sources) {
    const Key key{source.spec.name, source.version};
    const std::uint64_t stamp = stamp_of_version(source);
    versions[key] = {.stamp = stamp, .source = std::move(source)};
  }
  for (const Found::Broken& broken : found.broken) {
    const std::string& wrong = broken.error.message();
    versions[{broken.name, broken.version}] = {.stamp = std::hash<std::string>()(wrong), .wrong = wrong};
  }
  return versions;
}

/// Of a folder all that is in it; of a bare file itself, what is called after it and what it is said to be run with:
/// its neighbours may be many, and are looked at when names come or go.
std::uint64_t Watch::stamp_of_place(Place& place) {
  const fs::path& path = place.given.path;
  std::error_code failure;
  if (fs::is_directory(path, failure)) {
    bool is_whole = true;
    const std::uint64_t stamp = stamp_of(path, &is_whole);
    if (!is_whole && !std::exchange(place.is_too_large, true))
      tell_(fmt::format("{}: has over {} files; what changes in those beyond is not seen", path.string(),
                        most_stamped_files));
    return stamp;
  }
  std::uint64_t stamp = combined(stamp_of(path), stamp_of_names(path.parent_path()));
  for (const auto& [key, version] : place.known) stamp = combined(stamp, stamp_of_version(version.source));
  return stamp;
}

const Watch::Place* Watch::owner_of(const Key& key, const Place& but) const {
  const auto owner = std::ranges::find_if(places_, [&](const Place& place) {
    const auto known = place.known.find(key);
    return &place != &but && known != place.known.end() && !known->second.is_taken;
  });
  return owner == places_.end() ? nullptr : &*owner;
}

void Watch::mark_taken(const Place& place, Versions& versions) const {
  for (auto& [key, version] : versions) {
    const auto known = place.known.find(key);
    if (known != place.known.end() && !known->second.is_taken) continue;
    const Place* owner = owner_of(key, place);
    if (owner == nullptr) continue;
    std::string wrong = fmt::format("{} has one of that name and number", owner->given.path.string());
    const std::uint64_t stamp = std::hash<std::string>()(wrong);
    version = {.stamp = stamp, .wrong = std::move(wrong), .is_taken = true};
  }
}

void Watch::failed(const std::string& name, const std::string& version, core::TimePoint now) {
  const Key key{name, version};
  for (Place& place : places_) {
    if (!place.known.contains(key)) continue;
    Retry& retry = place.retries[key];
    retry.pause =
        retry.pause == core::Duration::zero() ? first_pause : std::min<core::Duration>(2 * retry.pause, longest_pause);
    retry.at = now + retry.pause;
  }
}

void Watch::look(core::TimePoint now) {
  for (Place& place : places_) look(place, now);
}

bool Watch::must_look(const Place& place, std::uint64_t stamp, core::TimePoint now) const {
  return stamp != place.stamp || !place.pending.empty() ||
         std::ranges::any_of(place.retries, [now](const auto& retry) { return retry.second.at <= now; }) ||
         std::ranges::any_of(place.known, [&](const auto& known) {
           return known.second.is_taken && owner_of(known.first, place) == nullptr;
         });
}

void Watch::look(Place& place, core::TimePoint now) {
  const std::uint64_t device = device_of(place.given.path);
  if (place.device == 0) place.device = device;
  if (device != place.device) return;  // it is not mounted, or gone
  const std::uint64_t stamp = stamp_of_place(place);
  if (!must_look(place, stamp, now)) return;
  auto found = found_in(place.given);
  if (!found) return;
  place.stamp = stamp;
  Versions versions = versions_of(*std::move(found));
  mark_taken(place, versions);
  for (const auto& [key, known] : place.known) {
    if (!versions.contains(key)) versions[key] = is_gone(known, versions) ? Version{} : known;
  }
  note_changes(place, versions, now);
}

void Watch::note_changes(Place& place, const Versions& now_there, core::TimePoint now) {
  std::set<std::string> unsettled;
  std::set<std::string> changed;
  std::map<Key, Pending> pending;
  for (const auto& [key, version] : now_there) {
    const auto known = place.known.find(key);
    const auto retry = place.retries.find(key);
    const bool is_due = retry != place.retries.end() && retry->second.at <= now;
    const bool is_other = version.stamp != (known == place.known.end() ? 0 : known->second.stamp);
    if (is_other && retry != place.retries.end()) place.retries.erase(retry);
    if (!is_other && !is_due) continue;
    const auto before = place.pending.find(key);
    const bool is_same = before != place.pending.end() && before->second.stamp == version.stamp;
    const core::TimePoint since = is_same ? before->second.since : now;
    pending[key] = {version.stamp, since};
    changed.insert(key.first);
    if (now - since < settle && !is_due) unsettled.insert(key.first);
  }
  place.pending = std::move(pending);
  for (const std::string& name : changed) {
    if (!unsettled.contains(name)) pass_on(place, name, now_there);
  }
}

/// Whether a version that was not found is on disk no longer, or its model's configuration does not want it any more.
bool Watch::is_gone(const Version& version, const Versions& now_there) {
  if (!version.wrong.empty() || !core::is_there(version.source.path)) return true;
  return std::ranges::any_of(now_there, [&version](const auto& other) {
    return other.second.wrong.empty() && other.second.source.place == version.source.place;
  });
}

void Watch::pass_on(Place& place, const std::string& name, const Versions& now_there) {
  ModelChange change{.name = name};
  bool is_change = false;
  for (const auto& [key, version] : now_there) {
    if (key.first != name) continue;
    if (version.stamp != 0 && !version.is_taken) change.present.push_back(key.second);
    const auto at = place.pending.find(key);
    if (at == place.pending.end()) continue;
    place.pending.erase(at);
    if (const auto retry = place.retries.find(key); retry != place.retries.end())
      retry->second.at = core::no_deadline;  // until it is said to have failed again
    if (version.stamp == 0) {
      is_change = place.known.erase(key) != 0 || is_change;
      continue;
    }
    place.known[key] = version;
    if (version.wrong.empty()) {
      change.changed.push_back(version.source);
      is_change = true;
    } else {
      tell_(fmt::format("model \"{}\" version {} is not served as it lies there now: {}", name, key.second,
                        version.wrong));
    }
  }
  for (const Place& other : places_) {
    if (&other == &place) continue;
    for (const auto& [key, version] : other.known) {
      if (key.first == name && !version.is_taken) change.present.push_back(key.second);
    }
  }
  if (is_change) pass_on_(std::move(change));
}

}  // namespace slipway::models
