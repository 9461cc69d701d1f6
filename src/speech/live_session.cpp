#include "speech/live_session.hpp"

#include <algorithm>
#include <utility>

#include "speech/sound.hpp"

namespace slipway::speech {

namespace {

constexpr double interim_every = 0.35;
constexpr double pause = 0.096;  ///< three windows: after these a phrase is heard as if it had ended
constexpr double compute_seconds_max = 0.4;
constexpr double shortest_limit = 2.5;
constexpr double longest_limit = 8;

}  // namespace

PhraseRules LiveSession::rules() {
  return {.silence = 0.4, .longest = longest_limit, .before = 0.25, .after = pause, .least_voice = 0.1};
}

void LiveSession::accept(std::span<const float> samples) {
  while (!samples.empty()) {
    const std::size_t count = std::min(window_samples - partial_.size(), samples.size());
    partial_.insert(partial_.end(), samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(count));
    samples = samples.subspan(count);
    if (partial_.size() < window_samples) return;
    add_window(partial_);
    partial_.clear();
  }
}

void LiveSession::add_window(std::span<const float> window) {
  const Voice voice = hooks.voice(window);
  samples_.insert(samples_.end(), window.begin(), window.end());
  at_ += window.size();
  splitter_.set_longest(std::clamp(compute_seconds_max / hooks.real_time_factor(), shortest_limit, longest_limit));
  splitter_.add(voice.probability, voice.energy);
  while (const auto phrase = splitter_.take()) end_phrase(*phrase);
  listen_to_open_phrase();
  forget();
}

void LiveSession::listen_to_open_phrase() {
  const auto open = splitter_.open();
  if (!open) return;
  const bool pauses = splitter_.silence() >= samples_in(pause);
  if (pauses) {
    if (!whole_ || whole_->span != *open) whole_ = Newest{run(*open), *open, std::nullopt};
  } else if (runs_.empty() && at_ >= interim_at_ + samples_in(interim_every)) {
    interim_at_ = at_;
    run(*open);
  }
}

std::uint64_t LiveSession::run(Span span) {
  const std::uint64_t id = ++last_id_;
  runs_[id] = {phrases_ended_, span};
  const auto begin = samples_.begin() + static_cast<std::ptrdiff_t>(span.begin - from_);
  const auto end = samples_.begin() + static_cast<std::ptrdiff_t>(std::min(span.end - from_, samples_.size()));
  hooks.hear(id, {begin, end}, span.begin);
  return id;
}

void LiveSession::end_phrase(Span span) {
  Ended ended{.run = 0, .span = span, .at = splitter_.goes_on_after(span) ? at_ : span.end, .text = std::nullopt};
  if (whole_ && whole_->span == span) {
    ended.run = whole_->run;
    ended.text = std::move(whole_->text);
  } else {
    ended.run = run(span);
  }
  whole_.reset();
  ++phrases_ended_;
  ended_.push_back(std::move(ended));
  tell_what_is_ready();
}

void LiveSession::heard(std::uint64_t id, core::Result<Phrase> phrase) {
  const auto running = runs_.find(id);
  if (running == runs_.end()) return;
  const Run run = running->second;
  runs_.erase(running);
  if (!phrase && !failure_) failure_ = phrase.error();
  Phrase text = phrase ? *std::move(phrase) : Phrase{};
  if (const auto owed = std::ranges::find(ended_, id, &Ended::run); owed != ended_.end()) {
    owed->text = std::move(text);
    tell_what_is_ready();
    if (hooks.settled) hooks.settled();
    return;
  }
  if (whole_ && whole_->run == id) whole_->text = text;
  const bool is_next = ended_.empty() && run.phrase == phrases_ended_;
  if (is_next && run.span.end > told_up_to_ && !text.text.empty()) {
    told_up_to_ = run.span.end;
    hooks.tell(Kind::interim, text, text.end);
  }
}

void LiveSession::tell_what_is_ready() {
  while (!ended_.empty() && ended_.front().text) {
    const Ended ended = std::move(ended_.front());
    ended_.pop_front();
    if (!ended.text->text.empty()) hooks.tell(Kind::final, *ended.text, seconds_of(ended.at));
  }
}

void LiveSession::finish() {
  if (!partial_.empty()) {
    partial_.resize(window_samples);
    add_window(std::exchange(partial_, {}));
  }
  splitter_.finish();
  while (const auto phrase = splitter_.take()) end_phrase(*phrase);
}

double LiveSession::behind() const {
  double seconds = 0;
  for (const Ended& ended : ended_) seconds += seconds_of(ended.span.end - ended.span.begin);
  return seconds;
}

void LiveSession::forget() {
  const std::size_t needed = splitter_.needed_from();
  if (needed <= from_) return;
  const std::size_t count = std::min(needed - from_, samples_.size());
  samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(count));
  from_ += count;
}

}  // namespace slipway::speech
