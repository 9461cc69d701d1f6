#include "speech/phrase_splitter.hpp"

#include <algorithm>
#include <limits>

namespace slipway::speech {

namespace {

constexpr float voice_begins = 0.5F;
constexpr float voice_ends = 0.35F;  // lower, so that a voice that trembles at the threshold is one

std::size_t saturating_minus(std::size_t a, std::size_t b) { return a > b ? a - b : 0; }

}  // namespace

void PhraseSplitter::add(float probability, float energy) {
  const std::size_t begin = at_;
  at_ += window_samples;
  const bool voice = probability >= (speaking_ && silence() == window_samples ? voice_ends : voice_begins);
  if (!speaking_ && voice) {
    speaking_ = true;
    begin_ = std::max(taken_up_to_, saturating_minus(begin, samples_in(rules_.before)));
    voiced_ = 0;
    energies_.clear();
    energies_from_ = begin;
  }
  if (!speaking_) return;
  energies_.push_back(energy);
  if (voice) {
    voice_end_ = at_;
    ++voiced_;
  }
  const double length = seconds_of(at_ - begin_);
  const double enough = length > rules_.longest / 2 ? rules_.silence / 3 : rules_.silence;
  if (silence() >= samples_in(enough)) {
    end_at(std::min(at_, voice_end_ + samples_in(rules_.after)));
    speaking_ = false;
  } else if (length >= rules_.longest) {
    cut();
  }
}

void PhraseSplitter::end_at(std::size_t end) {
  if (has_voice()) {
    ended_.push_back({begin_, end});
    taken_up_to_ = end;
  }
}

/// Ends the phrase in the quietest place of its second half; what follows is the next one's beginning.
void PhraseSplitter::cut() {
  // over three windows: within a word there are shorter silences, before a plosive
  std::size_t index = energies_.size() / 2;
  float least = std::numeric_limits<float>::max();
  for (std::size_t i = index; i + 1 < energies_.size(); ++i) {
    const float around = energies_[i - 1] + energies_[i] + energies_[i + 1];
    if (around >= least) continue;
    least = around;
    index = i;
  }
  const std::size_t place = energies_from_ + index * window_samples + window_samples / 2;
  end_at(place);
  begin_ = place;
  energies_.erase(energies_.begin(), energies_.begin() + static_cast<std::ptrdiff_t>(index));
  energies_from_ += index * window_samples;
  voiced_ = voice_end_ > place ? (voice_end_ - place) / window_samples : 0;
}

void PhraseSplitter::finish() {
  if (speaking_) end_at(std::min(at_, voice_end_ + samples_in(rules_.after)));
  speaking_ = false;
}

std::optional<Span> PhraseSplitter::take() {
  if (ended_.empty()) return std::nullopt;
  const Span phrase = ended_.front();
  ended_.pop_front();
  return phrase;
}

std::optional<Span> PhraseSplitter::open() const {
  if (!speaking_ || !has_voice()) return std::nullopt;
  return Span{begin_, std::min(at_, voice_end_ + samples_in(rules_.after))};
}

std::size_t PhraseSplitter::needed_from() const {
  if (!ended_.empty()) return ended_.front().begin;
  return speaking_ ? begin_ : std::max(taken_up_to_, saturating_minus(at_, samples_in(rules_.before)));
}

}  // namespace slipway::speech
