#include "speech/speech_client.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <utility>

#include "speech/speech_socket.hpp"

namespace crm {

namespace asio = boost::asio;

namespace {

class Stream : public SpeechStream {
 public:
  explicit Stream(std::shared_ptr<SpeechSocket> socket) : socket_(std::move(socket)) {}
  ~Stream() override { socket_->drop(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  void send(std::string sound) override { socket_->send(std::move(sound)); }
  void stop() override { socket_->stop(); }

 private:
  std::shared_ptr<SpeechSocket> socket_;  ///< shared with its own coroutine, which may still be winding up
};

/// A stream to nowhere: says so, and ends when it is stopped.
class NoStream : public SpeechStream {
 public:
  NoStream(SpeechEvents& events, const std::string& reason) : events_(events) { events_.on_unavailable(reason); }
  void send(std::string) override {}
  void stop() override { events_.on_end(); }

 private:
  SpeechEvents& events_;
};

}  // namespace

SpeechClient::SpeechClient(asio::io_context& context, SpeechOptions options)
    : context_(context), options_(std::move(options)), timer_(context) {
  if (options_.url.empty()) {
    state_.reason = "no speech service is set (--speech)";
    return;
  }
  address_ = parse_address(options_.url);
  if (!address_) throw std::invalid_argument("--speech is http://HOST:PORT, not \"" + options_.url + "\"");
  state_.reason = "the speech service was not asked yet";
  asio::co_spawn(context_, look(), asio::detached);
}

SpeechState SpeechClient::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void SpeechClient::stop() {
  stopped_ = true;
  timer_.cancel();
}

asio::awaitable<void> SpeechClient::look() {
  while (!stopped_) {
    const auto models = co_await get_models(*address_);
    SpeechState now{.available = models.has_value(), .reason = models ? std::string() : models.error()};
    {
      const std::lock_guard lock(mutex_);
      if (now.available != state_.available) {
        spdlog::info("dictation is {}{}", now.available ? "on" : "off: ", now.reason);
      }
      state_ = std::move(now);
    }
    if (stopped_) co_return;
    timer_.expires_after(options_.look_every);
    boost::system::error_code error;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

std::unique_ptr<SpeechStream> SpeechClient::open(const std::string& language, int rate, SpeechEvents& events) {
  if (!address_) return std::make_unique<NoStream>(events, state().reason);
  const auto model = options_.models.find(language);
  SpeechTarget target{.address = *address_,
                      .model = model == options_.models.end() ? "" : model->second,
                      .limits = {},
                      .noticed = [this] { timer_.cancel(); }};
  auto socket = std::make_shared<SpeechSocket>(context_, std::move(target), language, rate, events);
  asio::co_spawn(context_, socket->run(), asio::detached);
  return std::make_unique<Stream>(std::move(socket));
}

}  // namespace crm
