#include "speech/recording.hpp"

#include <ranges>

namespace slipway::speech {

void Recording::add(std::vector<float> samples, std::size_t offset) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back({added_++, offset, std::move(samples)});
  }
  pump();
}

void Recording::end(double seconds) {
  {
    const std::scoped_lock lock(mutex_);
    seconds_ = seconds;
  }
  pump();
}

void Recording::fail(core::Error error) {
  {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
    seconds_ = seconds_.value_or(0);
    waiting_.clear();
  }
  pump();
}

bool Recording::failed() const {
  const std::scoped_lock lock(mutex_);
  return error_.has_value();
}

void Recording::pump() {
  while (true) {
    std::unique_lock lock(mutex_);
    if (!waiting_.empty() && running_ < at_a_time_) {
      Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      ++running_;
      lock.unlock();
      hear_(std::move(next.samples), next.offset,
            [self = shared_from_this(), index = next.index](core::Result<PhraseHeard> phrase) {
              self->heard(index, std::move(phrase));
            });
      continue;
    }
    if (!seconds_ || running_ > 0 || !waiting_.empty() || !done_) return;
    TranscriptDone done = std::exchange(done_, nullptr);
    if (error_) {
      const core::Error error = *error_;
      lock.unlock();
      return done(std::unexpected(error));
    }
    Transcript transcript;
    transcript.seconds = *seconds_;
    for (Phrase& phrase : heard_ | std::views::values) transcript.phrases.push_back(std::move(phrase));
    lock.unlock();
    return done(std::move(transcript));
  }
}

void Recording::heard(std::size_t index, core::Result<PhraseHeard> phrase) {
  {
    const std::scoped_lock lock(mutex_);
    --running_;
    if (phrase) {
      if (!phrase->phrase.text.empty()) heard_.emplace(index, std::move(phrase->phrase));
    } else {
      if (!error_) error_ = phrase.error();
      waiting_.clear();
      seconds_ = seconds_.value_or(0);
    }
  }
  pump();
}

}  // namespace slipway::speech
