#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "metrics/registry.hpp"
#include "models/registry.hpp"
#include "runtime/backend_registry.hpp"
#include "speech/live_session.hpp"
#include "speech/place.hpp"
#include "speech/probe.hpp"
#include "speech/recording.hpp"
#include "speech/voice_model.hpp"

namespace slipway::speech {

/// A recording as it came.
struct Sound {
  core::Buffer bytes;
  std::string content_type;
  std::shared_ptr<const std::atomic<bool>> cancelled;  ///< true when nobody waits for it any more; may be null
};

/// Speech to text over the speech models that are served: recordings, which are read, split into phrases and heard on
/// all instances at once, and live sessions. Owned by the composition root; safe from any thread.
class Service {
 public:
  /// The voice detector is looked for in the folder of the model that hears, then in lib/slipway/speech beside the
  /// backends, and loaded by `prepare` or when it is first needed.
  Service(const models::Registry& models, runtime::BackendRegistry& backends, metrics::Registry& metrics);
  /// Gives up what is being read or waits for it.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Loads the voice detectors of the models that are served. Warns in the log of one that is missing.
  void prepare();

  /// The speech models that are ready, by name.
  std::vector<models::Handle> models() const;
  /// The one of that name, or the first for "". not_found names those there are.
  core::Result<models::Handle> find(std::string_view name) const;

  /// Takes a recording's place for one of so many bytes. resource_exhausted where there are too many or they hold too
  /// much memory; one alone may be of any size.
  core::Result<Place> place(std::size_t bytes) { return Place::take(held_, bytes); }

  /// Reads, splits and hears a recording. `done` is called once, on another thread.
  void recognise(Place place, const models::Handle& model, Sound sound, TranscriptDone done);

  /// A live session with the model; its hooks `hear` and `voice` are set, and use `post` to come back to the session's
  /// thread. `cancelled` ends what it has queued.
  struct Live {
    std::function<void(std::move_only_function<void()>)> post;
    LiveSession::Tell tell;
    std::shared_ptr<std::atomic<bool>> cancelled;
  };
  core::Result<std::shared_ptr<LiveSession>> listen(const models::Handle& model, Live live);

  std::shared_ptr<Probe> probe(const models::ModelVersion& model) { return probes_.of(model.name()); }

 private:
  core::Result<std::shared_ptr<VoiceModel>> voice_for(const models::ModelVersion& model);
  /// Why a recording is not to be read on.
  std::optional<core::Error> given_up(const Sound& sound) const;
  void read(const models::Handle& model, const Sound& sound, Place& place, Recording& recording);

  const models::Registry& models_;
  runtime::BackendRegistry& backends_;
  Probes probes_;
  std::mutex mutex_;  ///< for voices_
  std::map<std::filesystem::path, std::shared_ptr<VoiceModel>> voices_;
  std::shared_ptr<Place::Held> held_ = std::make_shared<Place::Held>();
  std::atomic<bool> ending_ = false;
  boost::asio::thread_pool readers_;
};

}  // namespace slipway::speech
