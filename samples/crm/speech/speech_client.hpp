#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "business/speech.hpp"
#include "speech/speech_messages.hpp"

namespace crm {

struct SpeechOptions {
  std::string url;                            ///< empty: no dictation
  std::map<std::string, std::string> models;  ///< by language; where there is none, the service is asked
  std::chrono::milliseconds look_every{2000};
};

/// The speech service behind an address, of which nothing is known but Watson's protocol. Looks every few seconds
/// whether it is there, and at once when a dictation finds that out. Streams run on the thread of the context; state()
/// may be asked from any.
class SpeechClient : public SpeechService {
 public:
  /// Throws std::invalid_argument when the URL is none.
  SpeechClient(boost::asio::io_context& context, SpeechOptions options);

  SpeechState state() const override;
  std::unique_ptr<SpeechStream> open(const std::string& language, int rate, SpeechEvents& events) override;
  void stop();  ///< looks no more; on the context's thread

 private:
  boost::asio::awaitable<void> look();

  boost::asio::io_context& context_;
  SpeechOptions options_;
  std::optional<ServiceAddress> address_;
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
  mutable std::mutex mutex_;
  SpeechState state_;
};

}  // namespace crm
