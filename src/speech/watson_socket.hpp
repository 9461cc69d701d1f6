#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "speech/bare_samples.hpp"
#include "speech/live_session.hpp"
#include "speech/service.hpp"
#include "speech/watson.hpp"

namespace slipway::speech {

/// One client of Watson's WebSocket `/v1/recognize`: {"action":"start",…}, sound in binary messages, {"action":"stop"}
/// or an empty binary message, and again. Bare samples and 16-bit WAV are heard as they come; other containers when
/// their stop has come. All calls on the connection's thread; results come back to it by `post`.
class WatsonSocket : public std::enable_shared_from_this<WatsonSocket> {
 public:
  struct Client {
    std::function<void(std::string text)> send;
    std::function<void(std::string_view reason)> close;  ///< after what was sent
    std::function<void(std::move_only_function<void()>)> post;
    std::size_t waiting_bytes_max;  ///< of sound that came and was not heard yet
  };

  /// `asked` is what the query of the handshake says; messages that start a stream say more.
  WatsonSocket(Service& service, models::Handle model, WatsonOptions asked, Client client);
  ~WatsonSocket();
  WatsonSocket(const WatsonSocket&) = delete;
  WatsonSocket& operator=(const WatsonSocket&) = delete;

  void on_text(std::string_view text);
  void on_binary(std::span<const std::byte> bytes);
  /// Hears some of what has come, a few milliseconds' work; whether there is more.
  bool work();
  /// Whether reading must wait, since the model is far behind what has come.
  bool is_behind() const;
  /// Now and then: ends a stream of which nothing has come for long.
  void on_tick(core::TimePoint now);
  /// The server ends: what has come is heard and told, then the client is told of the end, and the connection closed.
  void on_server_end();

 private:
  enum class State { idle, listening, stopping };

  void start(WatsonOptions options);
  void stop();
  bool find_form();
  void hear_collected();
  void tell(LiveSession::Kind kind, const Phrase& phrase, double ended_at);
  void answer(const Phrase& phrase);
  void told_everything();
  void fail(const std::string& sentence);
  core::Duration since_arrival(double seconds) const;

  Service& service_;
  models::Handle model_;
  WatsonOptions asked_;
  Client client_;
  std::shared_ptr<Probe> probe_;
  std::shared_ptr<std::atomic<bool>> cancelled_;
  State state_ = State::idle;
  bool ended_ = false;        ///< the connection is being closed
  bool server_ends_ = false;  ///< it is closed when everything is told
  WatsonOptions options_;
  std::shared_ptr<LiveSession> session_;
  std::optional<BareSamples> samples_;  ///< once the form is known; never of a container that is collected
  bool collects_ = false;
  bool finished_ = false;             ///< the stream's sound was all passed on
  bool waits_for_recording_ = false;  ///< and is heard as one recording
  std::vector<std::byte> incoming_;   ///< not heard yet
  std::size_t incoming_at_ = 0;
  std::vector<Phrase> kept_;  ///< final ones, where no interim results are asked for
  std::size_t results_ = 0;
  core::TimePoint heard_from_client_;
  std::deque<std::pair<double, core::TimePoint>> arrivals_;  ///< up to which second of sound had come when
  double begins_at_ = 0;                                     ///< the session's second in which this stream began
  bool told_any_ = false;
};

}  // namespace slipway::speech
