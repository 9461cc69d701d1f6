#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "core/error.hpp"
#include "core/request.hpp"
#include "models/model_version.hpp"
#include "speech/phrase.hpp"

namespace slipway::speech {

/// What a phrase was heard as, and how long the model took.
struct PhraseHeard {
  Phrase phrase;
  double sound_seconds = 0;
  double compute_seconds = 0;
};
using PhraseDone = std::move_only_function<void(core::Result<PhraseHeard>)>;

/// Whether a version listens: whether it is a speech model.
bool listens(const models::ModelVersion& version);

/// What its options say of it; "" where they do not.
std::string language_of(const models::ModelVersion& version);

/// Has a speech model hear `samples`, which begin `offset` samples into the recording. Queues one request; `done` is
/// called once, on an instance's thread or at once. Not run when `cancelled` is true by then.
void hear(const models::Handle& version, std::vector<float> samples, std::size_t offset,
          std::shared_ptr<const std::atomic<bool>> cancelled, PhraseDone done);

}  // namespace slipway::speech
