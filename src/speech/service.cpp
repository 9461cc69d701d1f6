#include "speech/service.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <numeric>
#include <utility>

#include "core/cpus.hpp"
#include "speech/decode.hpp"
#include "speech/phrase_splitter.hpp"
#include "speech/sound.hpp"
#include "speech/words.hpp"

namespace slipway::speech {

namespace fs = std::filesystem;
using core::Code;

namespace {

constexpr const char* voice_file = "silero_vad.onnx";

float energy_of(std::span<const float> window) {
  return std::inner_product(window.begin(), window.end(), window.begin(), 0.0F) / static_cast<float>(window.size());
}

}  // namespace

Service::Service(const models::Registry& models, runtime::BackendRegistry& backends, metrics::Registry& metrics)
    : models_(models), backends_(backends), probes_(metrics), readers_(core::usable_cpus()) {}

Service::~Service() {
  ending_ = true;
  readers_.join();
}

std::vector<models::Handle> Service::models() const {
  std::vector<models::Handle> all = models_.services();
  std::erase_if(all, [](const models::Handle& version) { return !listens(*version); });
  return all;
}

core::Result<models::Handle> Service::find(std::string_view name) const {
  const auto all = models();
  for (const models::Handle& version : all) {
    if (name.empty() || version->name() == name) return version;
  }
  if (all.empty())
    return core::fail(Code::not_found, "no speech model is served; `slipway serve FOLDER` with one in it does");
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const models::Handle& version : all) names.push_back(version->name());
  return core::fail(Code::not_found,
                    fmt::format("no speech model \"{}\" is served; there are: {}", name, fmt::join(names, ", ")));
}

core::Result<std::shared_ptr<VoiceModel>> Service::voice_for(const models::ModelVersion& model) {
  const fs::path own = model.model().options().path / voice_file;
  const fs::path shared = model.model().backend().info().library.parent_path().parent_path() / "speech" / voice_file;
  std::error_code failure;
  const fs::path file = fs::exists(own, failure) ? own : shared;
  if (!fs::exists(file, failure)) {
    return core::fail(Code::failed_precondition,
                      fmt::format("the voice detector is missing: {} or {} expected", own.string(), shared.string()));
  }
  const std::scoped_lock lock(mutex_);
  auto& voice = voices_[file];
  if (!voice) {
    TRY(voice, VoiceModel::load(backends_, file));
  }
  return voice;
}

void Service::prepare() {
  for (const models::Handle& version : models()) {
    const auto voice = voice_for(*version);
    if (!voice) spdlog::warn("{} cannot listen: {}", version->name(), voice.error().message());
  }
}

void Service::recognise(Place given, const models::Handle& model, Sound sound, TranscriptDone done) {
  const core::TimePoint begin = core::now();
  const auto probe = probes_.of(model->name());
  const auto place = std::make_shared<Place>(std::move(given));
  auto recording = std::make_shared<Recording>(
      [model, probe, begin, first = std::make_shared<std::atomic<bool>>(true), cancelled = sound.cancelled](
          std::vector<float> samples, std::size_t offset, PhraseDone heard) {
        hear(model, std::move(samples), offset, cancelled,
             [probe, begin, first, heard = std::move(heard)](core::Result<PhraseHeard> phrase) mutable {
               if (phrase) probe->heard(phrase->sound_seconds, phrase->compute_seconds);
               if (phrase && first->exchange(false)) probe->first_text(core::now() - begin);
               heard(std::move(phrase));
             });
      },
      std::size_t{2} * model->instances(),
      [probe, begin, place, done = std::move(done)](core::Result<Transcript> transcript) mutable {
        if (transcript) {
          probe->sound(transcript->seconds);
          for (const Phrase& phrase : transcript->phrases) probe->words(count_words(phrase.text));
          probe->final_text(core::now() - begin);
        }
        done(std::move(transcript));
      });
  boost::asio::post(readers_, [this, model, recording, sound = std::move(sound), place] {
    try {
      read(model, sound, *place, *recording);
    } catch (const std::exception& error) {
      recording->fail({Code::internal, fmt::format("the recording could not be read: {}", error.what())});
    }
  });
}

std::optional<core::Error> Service::given_up(const Sound& sound) const {
  if (ending_) return core::Error(Code::unavailable, "the server is ending");
  if (sound.cancelled && *sound.cancelled) return core::Error(Code::cancelled, "the client has gone");
  return std::nullopt;
}

void Service::read(const models::Handle& model, const Sound& sound, Place& place, Recording& recording) {
  if (auto stopped = given_up(sound)) return recording.fail(*std::move(stopped));
  auto samples = decode(sound.content_type, sound.bytes.bytes());
  if (!samples) return recording.fail(samples.error());
  if (const auto grown = place.grow(samples->size() * sizeof(float)); !grown) return recording.fail(grown.error());
  auto voice = voice_for(*model);
  if (!voice) return recording.fail(voice.error());
  const double seconds = seconds_of(samples->size());
  samples->resize((samples->size() + window_samples - 1) / window_samples * window_samples);
  const std::span<const float> all(*samples);
  VoiceModel::State state;
  PhraseSplitter splitter(PhraseRules{});
  const auto give = [&] {
    while (const auto phrase = splitter.take()) {
      const auto part = all.subspan(phrase->begin, std::min(phrase->end, all.size()) - phrase->begin);
      recording.add({part.begin(), part.end()}, phrase->begin);
    }
  };
  for (std::size_t at = 0; at < all.size(); at += window_samples) {
    if (auto stopped = given_up(sound)) return recording.fail(*std::move(stopped));
    if (recording.failed()) return recording.end(seconds);
    const auto part = all.subspan(at, window_samples);
    const auto probability = (*voice)->probability(state, part);
    if (!probability) return recording.fail(probability.error());
    splitter.add(*probability, energy_of(part));
    give();
  }
  splitter.finish();
  give();
  recording.end(seconds);
}

core::Result<std::shared_ptr<LiveSession>> Service::listen(const models::Handle& model, Live live) {
  TRY(auto voice, voice_for(*model));
  const auto probe = probes_.of(model->name());
  auto session = std::make_shared<LiveSession>();
  session->hooks = {
      .voice =
          [voice, state = std::make_shared<VoiceModel::State>()](std::span<const float> window) {
            const auto probability = voice->probability(*state, window);
            return LiveSession::Voice{probability.value_or(0.0F), energy_of(window)};
          },
      .hear =
          [model, probe, post = live.post, cancelled = live.cancelled, weak = std::weak_ptr(session)](
              std::uint64_t id, std::vector<float> samples, std::size_t offset) {
            hear(model, std::move(samples), offset, cancelled,
                 [probe, post, weak, id](core::Result<PhraseHeard> heard) mutable {
                   if (heard) probe->heard(heard->sound_seconds, heard->compute_seconds);
                   post([weak, id, heard = std::move(heard)]() mutable {
                     const auto alive = weak.lock();
                     if (!alive) return;
                     alive->heard(id, heard ? core::Result<Phrase>(std::move(heard->phrase))
                                            : std::unexpected(std::move(heard).error()));
                   });
                 });
          },
      .tell = std::move(live.tell),
      .real_time_factor = [probe] { return probe->real_time_factor(); },
      .settled = {},
  };
  return session;
}

}  // namespace slipway::speech
