#include "presentation/dictation_socket.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <deque>
#include <memory>
#include <utility>

namespace crm {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace json = boost::json;
namespace websocket = beast::websocket;
using asio::use_awaitable;
using boost::system::error_code;

namespace {

constexpr std::size_t message_max = 1U << 20U;
constexpr std::size_t answers_max = 10'000;  ///< that wait for a page which does not read
constexpr int rate_min = 8'000;
constexpr int rate_max = 192'000;

class DictationSocket : public SpeechEvents {
 public:
  DictationSocket(beast::tcp_stream& stream, std::string language, SpeechService& speech)
      : socket_(stream), wake_(stream.get_executor()), language_(std::move(language)), speech_(speech) {}

  asio::awaitable<void> run(const beast::http::request<beast::http::string_body>& upgrade) {
    beast::get_lowest_layer(socket_).expires_never();  // the WebSocket has limits of its own
    auto limits = websocket::stream_base::timeout::suggested(beast::role_type::server);
    limits.keep_alive_pings = true;
    socket_.set_option(limits);
    socket_.read_message_max(message_max);
    error_code error;
    co_await socket_.async_accept(upgrade, asio::redirect_error(use_awaitable, error));
    if (error) co_return;
    using namespace asio::experimental::awaitable_operators;
    co_await (read() || write());
    stream_.reset();
  }

  void on_available() override { tell({{"type", "state"}, {"available", true}}); }
  void on_unavailable(const std::string& reason) override {
    tell({{"type", "state"}, {"available", false}, {"reason", reason}});
  }
  void on_interim(const std::string& text) override { tell({{"type", "interim"}, {"text", text}}); }
  void on_final(const std::string& text) override { tell({{"type", "final"}, {"text", text}}); }
  void on_end() override { tell({{"type", "end"}}); }

 private:
  void tell(const json::object& message) {
    if (answers_.size() < answers_max) answers_.push_back(json::serialize(message));
    wake_.cancel();
  }

  asio::awaitable<void> read() {
    while (true) {
      beast::flat_buffer buffer;
      error_code error;
      co_await socket_.async_read(buffer, asio::redirect_error(use_awaitable, error));
      if (error) co_return;
      auto message = beast::buffers_to_string(buffer.data());
      if (socket_.got_binary()) {
        if (stream_ != nullptr) stream_->send(std::move(message));
      } else {
        understand(message);
      }
    }
  }

  void understand(const std::string& message) {
    error_code error;
    const auto parsed = json::parse(message, error);
    const auto* object = error ? nullptr : parsed.if_object();
    const auto* type = object == nullptr ? nullptr : object->if_contains("type");
    if (type == nullptr || !type->is_string()) {
      tell({{"type", "error"}, {"message", "a JSON object with a type expected"}});
    } else if (type->get_string() == "stop") {
      if (stream_ != nullptr) {
        stream_->stop();
      } else {
        on_end();  // of nothing
      }
    } else if (type->get_string() == "start") {
      const auto* rate = object->if_contains("rate");
      if (rate == nullptr || !rate->is_int64() || rate->get_int64() < rate_min || rate->get_int64() > rate_max) {
        tell({{"type", "error"}, {"message", "rate: 8000 to 192000 samples a second expected"}});
        return;
      }
      stream_.reset();
      stream_ = speech_.open(language_, static_cast<int>(rate->get_int64()), *this);
    } else {
      tell({{"type", "error"}, {"message", "type: start or stop expected"}});
    }
  }

  asio::awaitable<void> write() {
    socket_.text(true);
    error_code error;
    while (true) {
      while (!answers_.empty()) {
        const auto message = std::move(answers_.front());
        answers_.pop_front();
        co_await socket_.async_write(asio::buffer(message), asio::redirect_error(use_awaitable, error));
        if (error) co_return;
      }
      wake_.expires_at(asio::steady_timer::time_point::max());
      co_await wake_.async_wait(asio::redirect_error(use_awaitable, error));
      // Woken, or told to end since the page has gone.
      if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return;
    }
  }

  websocket::stream<beast::tcp_stream&, false> socket_;
  asio::steady_timer wake_;
  std::deque<std::string> answers_;
  std::string language_;
  SpeechService& speech_;
  std::unique_ptr<SpeechStream> stream_;
};

}  // namespace

asio::awaitable<void> run_dictation(beast::tcp_stream& stream,
                                    const beast::http::request<beast::http::string_body>& upgrade, std::string language,
                                    SpeechService& speech) {
  DictationSocket socket(stream, std::move(language), speech);
  co_await socket.run(upgrade);
}

}  // namespace crm
