#include "fetch/fetch.hpp"

#include <fmt/format.h>

#include <set>
#include <system_error>
#include <utility>

#include "core/io_error.hpp"
#include "core/work_folder.hpp"
#include "fetch/download.hpp"
#include "fetch/merge.hpp"
#include "fetch/record.hpp"
#include "fetch/tree.hpp"
#include "fetch/unpack.hpp"

namespace slipway::fetch {

namespace fs = std::filesystem;

namespace {

core::Result<Wanted> wanted_from(const std::string& address) {
  Wanted wanted{.text = address, .name = {}, .url = {}, .place = {}};
  if (is_s3(address)) {
    TRY(wanted.place, parse_s3(address));
    if (wanted.place->is_prefix()) return wanted;
    const std::string& key = wanted.place->key;
    wanted.name = key.substr(key.rfind('/') + 1);
    TRY_VOID(inside(wanted.name));
    return wanted;
  }
  TRY(wanted.url, parse_url(address));
  TRY(wanted.name, file_name(*wanted.url));
  return wanted;
}

/// Fetches into a work folder, and from there to the place.
class Fetching {
 public:
  Fetching(const Plan& plan, const Limits& limits, Progress& progress, const core::WorkFolder& work)
      : plan_(plan), client_(limits), progress_(progress), work_(work) {}

  core::Result<void> run() {
    for (const Wanted& wanted : plan_.wanted) {
      const auto done = wanted.name.empty() ? prefix(*wanted.place) : one(wanted);
      if (!done) return done;
    }
    return {};
  }

 private:
  core::Result<void> one(const Wanted& wanted) {
    const auto kind = archive_kind(wanted.name);
    const auto sha256 = plan_.checksums.of(wanted.name);
    const Record record(plan_.to, wanted.name);
    const bool is_there =
        sha256 && (kind ? record.holds(*sha256) : sha256_unless_link(plan_.to / wanted.name) == *sha256);
    if (is_there) {
      progress_.is_there(wanted.name);
      if (kind) {
        there_.merge(record.names());
      } else {
        there_.insert(wanted.name);
      }
      return {};
    }
    const RemoteFile remote{.name = wanted.url ? wanted.url->text() : wanted.text,
                            .question = wanted.place
                                            ? object_question(plan_.s3, *wanted.place)
                                            : Question{.url = *wanted.url, .headers = {}, .sign = {}, .reason = {}},
                            .sha256 = sha256};
    TRY(const fs::path folder, next_folder());
    const fs::path file = folder / wanted.name;
    TRY(const Downloaded got, download(client_, remote, file, listener(wanted.name)));
    if (kind) {
      progress_.unpacks(wanted.name);
      TRY(const fs::path contents, next_folder());
      const UnpackLimits limits{.bytes = unpacked_bytes_max(got.size), .stop = client_.limits().stop};
      auto unpacked = unpack(file, *kind, contents, limits);
      if (!unpacked) return std::unexpected(unpacked.error().within(wanted.name));
      TRY_VOID(record.write(got.sha256, *unpacked, contents));
      TRY_VOID(land(contents, record.stale(*unpacked), record.name()));
      for (const auto& [name, hash] : unpacked->files) there_.insert(name);
      for (const auto& [name, target] : unpacked->links) there_.insert(name);
    } else {
      TRY_VOID(land(folder));
      there_.insert(wanted.name);
    }
    progress_.landed(wanted.name, got.size, got.sha256);
    return {};
  }

  core::Result<void> prefix(const S3Place& place) {
    TRY(const auto objects, list(client_, plan_.s3, place, listener("").retry));
    TRY_VOID(all_are_listed(place, objects));
    struct Came {
      std::string name;
      fs::path path;
      Downloaded file;
    };
    std::vector<Came> came;
    TRY(const fs::path folder, next_folder());
    for (const S3Object& object : objects) {
      const std::string name = object.key.substr(place.key.size());
      const auto path = inside(name);
      if (!path) return std::unexpected(path.error().within(fmt::format("s3://{}/{}", place.bucket, object.key)));
      const auto sha256 = plan_.checksums.of(name);
      if (sha256 && sha256_unless_link(plan_.to / *path) == *sha256) {
        progress_.is_there(name);
        there_.insert(*path);
        continue;
      }
      std::error_code failure;
      fs::create_directories((folder / *path).parent_path(), failure);
      if (failure)
        return core::fail(core::Code::unavailable,
                          fmt::format("{}: is a file and a folder: {}", name, failure.message()));
      const RemoteFile remote{.name = fmt::format("s3://{}/{}", place.bucket, object.key),
                              .question = object_question(plan_.s3, {.bucket = place.bucket, .key = object.key}),
                              .size = object.size,
                              .sha256 = sha256};
      TRY(const Downloaded got, download(client_, remote, folder / *path, listener(name)));
      came.push_back({name, *path, got});
    }
    TRY_VOID(land(folder));
    for (const Came& file : came) {
      there_.insert(file.path);
      progress_.landed(file.name, file.file.size, file.file.sha256);
    }
    return {};
  }

  /// A checksum whose file is not below the prefix would be one that nobody looks at.
  core::Result<void> all_are_listed(const S3Place& place, const std::vector<S3Object>& objects) const {
    std::set<std::string> names;
    for (const Wanted& wanted : plan_.wanted) names.insert(wanted.name);
    for (const S3Object& object : objects) {
      if (!object.key.starts_with(place.key))
        return core::fail(core::Code::unavailable, fmt::format("s3://{}/{} was listed, and lies not below {}",
                                                               place.bucket, object.key, place.key));
      names.insert(object.key.substr(place.key.size()));
    }
    if (plan_.wanted.size() > 1) return {};
    for (const auto& [name, sha256] : plan_.checksums.named()) {
      if (!names.contains(name))
        return core::fail(core::Code::unavailable,
                          fmt::format("--sha256 {}: no such object below s3://{}/{}", name, place.bucket, place.key));
    }
    return {};
  }

  core::Result<void> land(const fs::path& folder, std::set<fs::path> stale = {}, fs::path last = {}) {
    if (client_.limits().stop.stop_requested()) return core::fail(core::Code::unavailable, "interrupted");
    TRY(const fs::path aside, next_folder());
    return merge(folder, plan_.to, aside, {.stale = std::move(stale), .kept = there_, .last = std::move(last)});
  }

  core::Result<fs::path> next_folder() {
    fs::path made = work_.path() / std::to_string(folders_++);
    std::error_code failure;
    fs::create_directory(made, failure);
    if (failure) return core::io_failed(made, failure);
    return made;
  }

  Listener listener(const std::string& name) {
    return {.bytes = [this, name](auto done, auto all) { progress_.bytes(name, done, all); },
            .retry = [this](const auto& error, auto pause) { progress_.retries(error, pause); }};
  }

  const Plan& plan_;
  Client client_;
  Progress& progress_;
  const core::WorkFolder& work_;
  std::set<fs::path> there_;  ///< in its place, of what is wanted: nothing that comes after it replaces its folder
  int folders_ = 0;
};

}  // namespace

core::Result<std::string> file_called(const std::string& address) {
  TRY(Wanted wanted, wanted_from(address));
  return std::move(wanted.name);
}

core::Result<Plan> plan(const std::vector<std::string>& addresses, const fs::path& to,
                        const std::vector<std::string>& checksums, const std::optional<std::string>& endpoint) {
  Plan plan;
  plan.to = to;
  TRY(plan.checksums, Checksums::parse(checksums));
  TRY(plan.s3, S3Settings::from_environment(endpoint));
  std::set<std::string> names;
  bool has_prefix = false;
  for (const std::string& address : addresses) {
    TRY(Wanted wanted, wanted_from(address));
    has_prefix |= wanted.name.empty();
    if (!wanted.name.empty() && !names.insert(wanted.name).second)
      return core::invalid(fmt::format("two files are called \"{}\"", wanted.name));
    plan.wanted.push_back(std::move(wanted));
  }
  if (plan.checksums.has_bare() && (addresses.size() > 1 || has_prefix))
    return core::invalid("--sha256: with several files each needs its name, FILE:HEX");
  for (const auto& [name, sha256] : plan.checksums.named()) {
    if (!has_prefix && !names.contains(name))
      return core::invalid(fmt::format("--sha256 {}: no file of that name is fetched", name));
  }
  return plan;
}

core::Result<void> fetch(const Plan& plan, const Limits& limits, Progress& progress) {
  std::error_code failure;
  fs::create_directories(plan.to, failure);
  if (failure) return core::io_failed(plan.to, failure);
  const auto work = core::WorkFolder::create(plan.to, ".slipway-fetch-");
  if (!work) return core::io_failed(plan.to, work.error());
  return Fetching(plan, limits, progress, *work).run();
}

}  // namespace slipway::fetch
