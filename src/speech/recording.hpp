#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "speech/phrase_run.hpp"

namespace slipway::speech {

using TranscriptDone = std::move_only_function<void(core::Result<Transcript>)>;

/// One recording whose phrases are heard at the same time and put in order. `add` as they are found, then `end`; `done`
/// is called once, when all were heard or one failed. Only so many are with the model at a time, so that a long
/// recording does not fill its queue. Held by those who hear for it; safe from any thread.
class Recording : public std::enable_shared_from_this<Recording> {
 public:
  using Hear = std::function<void(std::vector<float> samples, std::size_t offset, PhraseDone done)>;

  Recording(Hear hear, std::size_t at_a_time, TranscriptDone done)
      : hear_(std::move(hear)), at_a_time_(at_a_time), done_(std::move(done)) {}

  void add(std::vector<float> samples, std::size_t offset);
  /// No more phrases come; so long is the whole recording.
  void end(double seconds);
  void fail(core::Error error);
  bool failed() const;

 private:
  struct Waiting {
    std::size_t index;
    std::size_t offset;
    std::vector<float> samples;
  };
  void pump();
  void heard(std::size_t index, core::Result<PhraseHeard> phrase);

  Hear hear_;
  std::size_t at_a_time_;
  TranscriptDone done_;  ///< empty once called
  mutable std::mutex mutex_;
  std::deque<Waiting> waiting_;
  std::map<std::size_t, Phrase> heard_;
  std::size_t added_ = 0;
  std::size_t running_ = 0;
  std::optional<double> seconds_;  ///< once it has ended
  std::optional<core::Error> error_;
};

}  // namespace slipway::speech
