#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "speech/sound.hpp"

namespace slipway::speech {

/// A part of a sound, in samples from its beginning.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const Span&) const = default;
};

/// When a phrase ends, in seconds. As they stand they are for recordings: models hear short phrases better with what
/// stands around them, so only a long silence parts them.
struct PhraseRules {
  double silence = 1.5;      ///< that ends a phrase; a third of it will do when a phrase is over half of `longest`
  double longest = 20;       ///< then it is cut where it is quietest
  double before = 0.25;      ///< what is kept of the silence at its beginning,
  double after = 0.2;        ///< and at its end
  double least_voice = 0.1;  ///< shorter noises are no phrase
};

/// Finds phrases in a sound by what the voice detector says of its windows, one after the other. Pure: no clock, no
/// thread, no sound.
///
///   for each window: splitter.add(probability, energy); while (auto phrase = splitter.take()) …
///   splitter.finish();
class PhraseSplitter {
 public:
  explicit PhraseSplitter(PhraseRules rules) : rules_(rules) {}

  /// How likely it is that somebody speaks in the next window (from 0 to 1), and its mean square.
  void add(float probability, float energy);
  /// No more windows come: an open phrase ends.
  void finish();
  /// The next phrase that has ended.
  std::optional<Span> take();
  /// Whether a phrase that was taken was cut: nobody paused, and the next one begins at its end.
  bool goes_on_after(Span phrase) const { return speaking_ && begin_ == phrase.end; }

  /// The phrase that has begun, as it would be if it ended here.
  std::optional<Span> open() const;
  /// How long nobody has spoken, of the open phrase or since the sound began.
  std::size_t silence() const { return at_ - voice_end_; }
  /// What lies before is part of no phrase to come.
  std::size_t needed_from() const;
  void set_longest(double seconds) { rules_.longest = seconds; }

 private:
  bool has_voice() const { return voiced_ * window_samples >= samples_in(rules_.least_voice); }
  void end_at(std::size_t end);
  void cut();

  PhraseRules rules_;
  std::size_t at_ = 0;  ///< where the next window begins
  bool speaking_ = false;
  std::size_t begin_ = 0;        ///< of the open phrase
  std::size_t voice_end_ = 0;    ///< where the last window with a voice ended
  std::size_t voiced_ = 0;       ///< windows with a voice in the open phrase
  std::size_t taken_up_to_ = 0;  ///< where the last phrase ended
  std::deque<float> energies_;   ///< of the windows of the open phrase, from the one in which it begins
  std::size_t energies_from_ = 0;
  std::deque<Span> ended_;
};

}  // namespace slipway::speech
