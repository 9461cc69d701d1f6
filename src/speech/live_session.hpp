#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "speech/phrase.hpp"
#include "speech/phrase_splitter.hpp"

namespace slipway::speech {

/// Sound that comes as it is spoken, and text that follows it: interim while a phrase is open, final when it has ended.
/// No thread and no clock of its own: its time is the sound's. All calls, `heard` too, on one thread.
///
/// What it has the model hear is bounded. A phrase is no longer than the model needs 0.4 s for, by its speed of late;
/// an interim text is asked for every 0.35 s, and only when the one before has come. When the voice pauses, the phrase
/// is heard at once, before it is known that it has ended: if it has, the text is there already; if it goes on, it was
/// an interim one.
class LiveSession {
 public:
  struct Voice {
    float probability = 0;
    float energy = 0;
  };
  enum class Kind { interim, final };
  /// `ended_at` is the session's second in which the phrase had ended, or was cut; of an interim text where it ends so
  /// far.
  using Tell = std::function<void(Kind kind, const Phrase& phrase, double ended_at)>;
  struct Hooks {
    std::function<Voice(std::span<const float> window)> voice;
    /// Has the model hear samples that begin at `offset`; `heard(id, …)` is called when it has.
    std::function<void(std::uint64_t id, std::vector<float> samples, std::size_t offset)> hear;
    Tell tell;
    std::function<double()> real_time_factor;
    std::function<void()> settled;  ///< after a final text was heard; may be empty
  };

  LiveSession() : splitter_(rules()) {}

  /// Samples, any number of them.
  void accept(std::span<const float> samples);
  /// No more come: the open phrase ends. Another sound may follow once `idle`.
  void finish();
  void heard(std::uint64_t id, core::Result<Phrase> phrase);

  /// Everything that was accepted has been told.
  bool idle() const { return ended_.empty(); }
  /// Seconds of sound whose final text is owed: how far the model is behind.
  double behind() const;
  /// Seconds since somebody spoke.
  double silence() const { return seconds_of(splitter_.silence()); }
  double position() const { return seconds_of(at_); }
  /// The first failure of the model, if there was one.
  const std::optional<core::Error>& failure() const { return failure_; }

  Hooks hooks;

 private:
  /// A phrase that has ended, until its text was told.
  struct Ended {
    std::uint64_t run = 0;  ///< whose text it is
    Span span;
    std::size_t at = 0;  ///< where it was over: its end, or when it was cut
    std::optional<Phrase> text;
  };
  struct Run {
    std::uint64_t phrase = 0;  ///< its number
    Span span;
  };

  static PhraseRules rules();
  void add_window(std::span<const float> window);
  std::uint64_t run(Span span);
  void end_phrase(Span span);
  void listen_to_open_phrase();
  void tell_what_is_ready();
  void forget();

  PhraseSplitter splitter_;
  std::vector<float> partial_;  ///< of the next window
  std::deque<float> samples_;   ///< from `from_` on
  std::size_t from_ = 0;
  std::size_t at_ = 0;  ///< what was given to the splitter
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Run> runs_;
  std::deque<Ended> ended_;
  std::uint64_t phrases_ended_ = 0;
  /// Of the open phrase: the newest run that heard all of its voice, and what it has heard.
  struct Newest {
    std::uint64_t run = 0;
    Span span;
    std::optional<Phrase> text;
  };
  std::optional<Newest> whole_;
  std::size_t interim_at_ = 0;  ///< where the last interim run was begun
  std::size_t told_up_to_ = 0;  ///< how far the last interim text that was told reached
  std::optional<core::Error> failure_;
};

}  // namespace slipway::speech
