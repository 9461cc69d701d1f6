#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/app_spec.hpp"
#include "core/clock.hpp"
#include "models/registry.hpp"
#include "models/repository.hpp"

namespace slipway::models {

/// Finds out what changed where a process's models lie, by looking again and again: network volumes and what a cluster
/// mounts tell nobody of changes. A change is passed on when all of its model has been the same for `settle` since it
/// was first seen so, so that a copy in progress is left alone, and once; what then failed is passed on again when it
/// changes again, or after a while, each time twice as long. What cannot be read is told, and what was served of it
/// stays; so does all of a place that is away, or another file system than it was.
///
/// Has no thread and no clock: whoever owns it calls `look` and `failed`, one call at a time.
///
///   Watch watch(plan.models, [&](const ModelChange& change) { … }, …);   // before the models are loaded
///   watch.look(core::now());                                             // twice a second
class Watch {
 public:
  using PassOn = std::function<void(ModelChange change)>;
  /// A sentence for people, of what is on disk and cannot be served.
  using Tell = std::function<void(const std::string& sentence)>;

  /// Takes what is there now as served.
  Watch(std::vector<config::AppModel> places, PassOn pass_on, Tell tell);

  void look(core::TimePoint now);
  /// A version that was passed on could not be loaded.
  void failed(const std::string& name, const std::string& version, core::TimePoint now);

  static constexpr std::chrono::seconds settle{2};
  static constexpr std::chrono::seconds first_pause{10};  ///< before what failed is tried again
  static constexpr std::chrono::seconds longest_pause{600};

 private:
  using Key = std::pair<std::string, std::string>;  ///< name and version
  /// One version as it lies on disk.
  struct Version {
    std::uint64_t stamp = 0;  ///< 0: it is gone
    Source source{};          ///< of one that can be served,
    std::string wrong{};      ///< else why not
    bool is_taken = false;    ///< that is, another place has it
  };
  using Versions = std::map<Key, Version>;
  /// A version that is another than the one that is known.
  struct Pending {
    std::uint64_t stamp = 0;
    core::TimePoint since{};
  };
  /// One that could not be loaded.
  struct Retry {
    core::TimePoint at{};
    core::Duration pause{};
  };
  /// One place that the process was given.
  struct Place {
    config::AppModel given;
    std::uint64_t device = 0;
    std::uint64_t stamp = 0;    ///< of all that is there
    bool is_too_large = false;  ///< which was told
    Versions known{};           ///< as they were passed on
    std::map<Key, Pending> pending{};
    std::map<Key, Retry> retries{};
  };

  static Versions versions_of(Found found);
  static bool is_gone(const Version& version, const Versions& now);
  std::uint64_t stamp_of_place(Place& place);
  bool must_look(const Place& place, std::uint64_t stamp, core::TimePoint now) const;
  /// Marks those that another place has.
  void mark_taken(const Place& place, Versions& versions) const;
  const Place* owner_of(const Key& key, const Place& but) const;
  void look(Place& place, core::TimePoint now);
  void note_changes(Place& place, const Versions& now_there, core::TimePoint now);
  void pass_on(Place& place, const std::string& name, const Versions& now_there);

  std::vector<Place> places_;
  PassOn pass_on_;
  Tell tell_;
};

}  // namespace slipway::models
