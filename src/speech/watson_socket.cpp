#include "speech/watson_socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "core/printable.hpp"
#include "speech/audio_type.hpp"
#include "speech/sound.hpp"
#include "speech/wav_head.hpp"
#include "speech/words.hpp"

namespace slipway::speech {

namespace json = boost::json;

namespace {

constexpr std::size_t work_bytes = 8U << 10U;  // 85 ms of 48 kHz
constexpr double behind_max = 30;              // s of sound
constexpr std::chrono::seconds session_timeout{30};
constexpr std::size_t arrivals_max = 4096;
constexpr std::size_t head_bytes = 4096;  // in which a WAV says what it is

}  // namespace

WatsonSocket::WatsonSocket(Service& service, models::Handle model, WatsonOptions asked, Client client)
    : service_(service),
      model_(std::move(model)),
      asked_(std::move(asked)),
      client_(std::move(client)),
      probe_(service.probe(*model_)),
      cancelled_(std::make_shared<std::atomic<bool>>(false)),
      heard_from_client_(core::now()) {
  probe_->session(1);
}

WatsonSocket::~WatsonSocket() {
  *cancelled_ = true;
  probe_->session(-1);
}

void WatsonSocket::fail(const std::string& sentence) {
  if (ended_) return;
  ended_ = true;
  *cancelled_ = true;
  client_.send(json::serialize(json::object{{"error", core::told(sentence)}}));
  client_.close(sentence);
}

void WatsonSocket::on_text(std::string_view text) {
  if (ended_) return;
  heard_from_client_ = core::now();
  boost::system::error_code error;
  const json::value message = json::parse(text, error);
  const json::object* fields = error ? nullptr : message.if_object();
  const json::value* action = fields == nullptr ? nullptr : fields->if_contains("action");
  if (action == nullptr || !action->is_string())
    return fail(R"(a message is no JSON object with an "action"; {"action":"start"} or {"action":"stop"} expected)");
  const std::string_view name = action->as_string();
  if (name == "stop") {
    if (state_ == State::listening) return stop();
    return fail("stop without a stream that was started");
  }
  if (name != "start") return fail(fmt::format(R"(action "{}" given, start or stop expected)", name));
  if (state_ != State::idle) return fail("start while a stream is open; stop it first");
  WatsonOptions options = asked_;
  for (const auto& [key, value] : *fields) {
    if (const auto set = options.set_json(key, value); !set) return fail(set.error().message());
  }
  if (options.model != asked_.model) {
    options.warnings.emplace_back("model: the address of a stream names its model, a message that starts it does not");
  }
  start(std::move(options));
}

void WatsonSocket::start(WatsonOptions options) {
  options_ = std::move(options);
  const auto bare = bare_type(options_.content_type);
  if (!bare) return fail(bare.error().message());
  if (!session_) {
    auto session = service_.listen(model_, {.post = client_.post,
                                            .tell = [this](LiveSession::Kind kind, const Phrase& phrase,
                                                           double ended_at) { tell(kind, phrase, ended_at); },
                                            .cancelled = cancelled_});
    if (!session) return fail(session.error().message());
    session_ = *std::move(session);
    // what was heard may be all that a stop waits for
    session_->hooks.settled = [this] { told_everything(); };
  }
  state_ = State::listening;
  samples_.reset();
  if (*bare) samples_.emplace(**bare);
  collects_ = false;
  finished_ = false;
  incoming_.clear();
  incoming_at_ = 0;
  kept_.clear();
  arrivals_.clear();
  begins_at_ = session_->position();
  told_any_ = false;
  client_.send(R"({"state":"listening"})");
}

void WatsonSocket::on_binary(std::span<const std::byte> bytes) {
  if (ended_) return;
  heard_from_client_ = core::now();
  if (state_ != State::listening) return fail(R"(sound came without {"action":"start"} before it)");
  if (bytes.empty()) return stop();
  if (incoming_.size() - incoming_at_ + bytes.size() > client_.waiting_bytes_max)
    return fail(fmt::format("the recording has more than {} bytes; split it", client_.waiting_bytes_max));
  incoming_.insert(incoming_.end(), bytes.begin(), bytes.end());
}

void WatsonSocket::stop() { state_ = State::stopping; }

/// Tells bare samples in a WAV from a container that must be there as a whole. Whether it is known.
bool WatsonSocket::find_form() {
  if (samples_ || collects_) return true;
  const std::span<const std::byte> bytes(incoming_);
  if (const auto head = wav_head(bytes)) {
    samples_.emplace(head->type);
    incoming_at_ = head->samples_at;
    return true;
  }
  if (bytes.size() < head_bytes && state_ != State::stopping) return false;
  collects_ = true;
  return true;
}

bool WatsonSocket::work() {
  if (ended_ || finished_ || state_ == State::idle || !find_form()) return false;
  if (collects_) {
    if (state_ == State::stopping) hear_collected();
    return false;
  }
  const std::size_t count = std::min(work_bytes, incoming_.size() - incoming_at_);
  if (count > 0) {
    std::vector<float> out;
    samples_->push(std::span(incoming_).subspan(incoming_at_, count), out);
    incoming_at_ += count;
    if (incoming_at_ == incoming_.size() || incoming_at_ > (1U << 20U)) {
      incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(incoming_at_));
      incoming_at_ = 0;
    }
    arrivals_.emplace_back(session_->position() + seconds_of(out.size()), core::now());
    if (arrivals_.size() > arrivals_max) arrivals_.pop_front();
    probe_->sound(seconds_of(out.size()));
    session_->accept(out);
  }
  if (session_->failure()) {
    fail(session_->failure()->message());
    return false;
  }
  if (options_.inactivity_timeout > 0 && session_->silence() >= options_.inactivity_timeout &&
      session_->position() - begins_at_ >= options_.inactivity_timeout) {
    fail(fmt::format("No speech detected for {}s.", options_.inactivity_timeout));
    return false;
  }
  if (incoming_at_ < incoming_.size()) return true;
  if (state_ == State::stopping) {
    finished_ = true;
    std::vector<float> out;
    samples_->finish(out);
    session_->accept(out);
    session_->finish();
    told_everything();
  }
  return false;
}

bool WatsonSocket::is_behind() const { return session_ && session_->behind() > behind_max; }

void WatsonSocket::hear_collected() {
  auto place = service_.place(incoming_.size());
  if (!place) return fail(place.error().message());
  finished_ = true;
  waits_for_recording_ = true;
  core::Buffer bytes = core::Buffer::copy_of(std::span<const std::byte>(incoming_));
  incoming_ = {};
  service_.recognise(*std::move(place), model_,
                     {.bytes = std::move(bytes), .content_type = options_.content_type, .cancelled = cancelled_},
                     [weak = weak_from_this(), post = client_.post](core::Result<Transcript> transcript) mutable {
                       post([weak, transcript = std::move(transcript)] {
                         const auto self = weak.lock();
                         if (!self || self->ended_) return;
                         if (!transcript) return self->fail(transcript.error().message());
                         self->waits_for_recording_ = false;
                         for (const Phrase& phrase : transcript->phrases) self->answer(phrase);
                         self->told_everything();
                       });
                     });
}

core::Duration WatsonSocket::since_arrival(double seconds) const {
  const auto at = std::ranges::find_if(arrivals_, [seconds](const auto& arrival) { return arrival.first >= seconds; });
  return at == arrivals_.end() ? core::Duration{} : core::now() - at->second;
}

void WatsonSocket::tell(LiveSession::Kind kind, const Phrase& phrase, double ended_at) {
  if (ended_) return;
  if (!told_any_) probe_->first_text(since_arrival(phrase.begin));
  told_any_ = true;
  if (kind == LiveSession::Kind::interim && !options_.interim_results) return;
  Phrase placed = phrase;
  placed.begin -= begins_at_;
  placed.end -= begins_at_;
  for (Word& word : placed.words) {
    word.begin -= begins_at_;
    word.end -= begins_at_;
  }
  if (kind == LiveSession::Kind::final) {
    probe_->final_text(since_arrival(ended_at));
    probe_->words(count_words(phrase.text));
    return answer(placed);
  }
  client_.send(json::serialize(
      json::object{{"result_index", results_}, {"results", json::array{watson_result(placed, options_, false)}}}));
}

void WatsonSocket::answer(const Phrase& phrase) {
  if (!options_.interim_results) {
    kept_.push_back(phrase);
    return;
  }
  client_.send(json::serialize(
      json::object{{"result_index", results_++}, {"results", json::array{watson_result(phrase, options_, true)}}}));
}

void WatsonSocket::told_everything() {
  if (ended_ || !finished_ || state_ != State::stopping || waits_for_recording_ || !session_->idle()) return;
  if (session_->failure()) return fail(session_->failure()->message());
  if (!options_.interim_results || !options_.warnings.empty()) {
    json::array results;
    WatsonOptions warned = options_;
    if (!options_.interim_results) warn_of_missing(warned, kept_, model_->name());
    for (const Phrase& phrase : kept_) results.push_back(watson_result(phrase, options_, true));
    json::object message{{"result_index", results_}, {"results", std::move(results)}};
    if (!warned.warnings.empty()) message["warnings"] = json::value_from(warned.warnings);
    results_ += kept_.size();
    client_.send(json::serialize(message));
  }
  kept_.clear();
  state_ = State::idle;
  if (server_ends_) return fail("the server ends; what had come until then was heard");
  client_.send(R"({"state":"listening"})");
}

void WatsonSocket::on_server_end() {
  if (ended_) return;
  server_ends_ = true;
  if (state_ == State::idle) return client_.close("the server ends");
  if (state_ == State::listening) stop();
  while (work()) {
  }
}

void WatsonSocket::on_tick(core::TimePoint now) {
  if (ended_ || state_ == State::stopping || now - heard_from_client_ < session_timeout) return;
  fail(fmt::format("Session timed out: nothing came for {} s.", session_timeout.count()));
}

}  // namespace slipway::speech
