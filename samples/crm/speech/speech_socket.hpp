#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "business/speech.hpp"
#include "speech/speech_messages.hpp"

namespace crm {

struct SpeechLimits {
  std::chrono::milliseconds listening_max{10'000};  ///< from the start message to the service's "listening"
  std::chrono::milliseconds stop_max{4'000};        ///< how long the end waits for a service that is away
};

struct SpeechTarget {
  ServiceAddress address;
  std::string model;  ///< empty: chosen among those that the service has, by the language
  SpeechLimits limits;
  std::function<void()> noticed = [] {};  ///< called when the service is lost, and when it is there
};

/// GET /v1/models of the service. The error says why there is no answer.
boost::asio::awaitable<std::expected<std::string, std::string>> get_models(ServiceAddress address);

/// One dictation to the service, over as many connections as it takes. What was sent since the last final text is kept,
/// so that a connection that breaks loses nothing of what was said: the next one hears it again. At most
/// kept_seconds of sound are kept; then the oldest goes. No words are told twice: what is heard again replaces the
/// interim text, and where a part of its sound is gone, that text becomes final and is not heard again.
class SpeechSocket : public std::enable_shared_from_this<SpeechSocket> {
 public:
  SpeechSocket(boost::asio::io_context& context, SpeechTarget target, std::string language, int rate,
               SpeechEvents& events);

  /// Runs until the end was told or drop() was called. Keeps itself alive.
  boost::asio::awaitable<void> run();
  void send(std::string sound);
  void stop();
  void drop();  ///< tells nothing from now on

  static constexpr int kept_seconds = 60;

 private:
  using Socket = boost::beast::websocket::stream<boost::beast::tcp_stream, false>;

  boost::asio::awaitable<std::string> talk();  ///< why the connection ended; empty: all was said and understood
  boost::asio::awaitable<std::string> connect(Socket& socket);
  boost::asio::awaitable<std::string> wait_until_listening(Socket& socket);
  boost::asio::awaitable<std::string> listen(Socket& socket);
  boost::asio::awaitable<void> speak(Socket& socket);
  boost::asio::awaitable<std::string> read(Socket& socket, SpeechMessage& message);
  void understand(const SpeechMessage& message);
  void end();
  void keep_bound();
  void settle();
  void forget_sent();

  boost::asio::io_context& context_;
  SpeechTarget target_;
  std::string language_;
  int rate_;
  SpeechEvents* events_;             ///< null once dropped
  std::deque<std::string> waiting_;  ///< not sent yet
  std::deque<std::string> sent_;     ///< since the last final text
  std::size_t kept_bytes_ = 0;
  std::string interim_;
  bool cut_ = false;  ///< a part of the interim text's sound is kept no more
  bool stopping_ = false;
  bool stop_sent_ = false;
  bool was_unavailable_ = false;
  std::chrono::steady_clock::time_point give_up_;  ///< after stop(): until when a lost connection is tried again
  boost::asio::steady_timer wake_;
  Socket* socket_ = nullptr;  ///< while connected
};

}  // namespace crm
