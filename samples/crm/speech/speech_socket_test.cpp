// One dictation against a service in the same thread, which does what a test tells it to.
#include "speech/speech_socket.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <functional>
#include <vector>

namespace crm {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::use_awaitable;
using tcp = asio::ip::tcp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using WebSocket = beast::websocket::stream<beast::tcp_stream, false>;

/// What was told, a line a call.
class Told : public SpeechEvents {
 public:
  void on_available() override { add("available"); }
  void on_unavailable(const std::string& reason) override { add("unavailable: " + reason); }
  void on_interim(const std::string& text) override { add("interim: " + text); }
  void on_final(const std::string& text) override { add("final: " + text); }
  void on_end() override { add("end"); }

  std::vector<std::string> lines;

 private:
  void add(std::string line) { lines.push_back(std::move(line)); }
};

class SpeechSocketTest : public testing::Test {
 protected:
  using Talk = std::function<asio::awaitable<void>(WebSocket&)>;

  /// Has the next connection served by that.
  void serve(Talk talk) { talks.push_back(std::move(talk)); }

  asio::awaitable<void> accept() {
    for (std::size_t next = 0; next < talks.size(); ++next) {
      WebSocket socket(co_await acceptor.async_accept(use_awaitable));
      co_await socket.async_accept(use_awaitable);
      co_await talks[next](socket);
    }
  }

  std::shared_ptr<SpeechSocket> open(SpeechLimits limits = {}) {
    SpeechTarget target{
        .address = {.host = "127.0.0.1", .port = std::to_string(acceptor.local_endpoint().port()), .path = {}},
        .model = "any",
        .limits = limits,
        .noticed = [this] { ++noticed; }};
    auto socket = std::make_shared<SpeechSocket>(context, std::move(target), "en", 16000, told);
    asio::co_spawn(context, accept(), asio::detached);
    asio::co_spawn(context, socket->run(), asio::detached);
    return socket;
  }

  void run_until(const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && context.run_one_until(limit) > 0) {
    }
    EXPECT_TRUE(condition()) << testing::PrintToString(told.lines);
  }

  static asio::awaitable<std::string> read(WebSocket& socket) {
    beast::flat_buffer buffer;
    co_await socket.async_read(buffer, use_awaitable);
    co_return beast::buffers_to_string(buffer.data());
  }
  static asio::awaitable<void> say(WebSocket& socket, std::string text) {
    socket.text(true);
    co_await socket.async_write(asio::buffer(text), use_awaitable);
  }

  /// What a service says first, and then hears.
  static asio::awaitable<void> listen_and_hear(WebSocket& socket, const char* sound) {
    co_await read(socket);
    co_await say(socket, R"({"state":"listening"})");
    EXPECT_EQ(co_await read(socket), sound);
  }

  asio::io_context context{1};
  tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
  Told told;
  int noticed = 0;  ///< how often it was lost or found
  std::vector<Talk> talks;
};

TEST_F(SpeechSocketTest, WaitsOnlySoLongForAServiceThatNeverListens) {
  serve([&](WebSocket& socket) -> asio::awaitable<void> {
    co_await read(socket);
    co_await read(socket);  // which is answered to pings, but never says a word
  });
  const auto socket = open({.listening_max = std::chrono::milliseconds(20)});
  run_until([&] { return !told.lines.empty(); });
  EXPECT_THAT(told.lines, ElementsAre(HasSubstr("did not say in time that it listens")));
  socket->drop();
}

TEST_F(SpeechSocketTest, HearsAgainWhatWasInterimAndTellsItOnce) {
  serve([&](WebSocket& socket) -> asio::awaitable<void> {
    co_await listen_and_hear(socket, "sound");
    co_await say(socket, R"({"results":[{"final":false,"alternatives":[{"transcript":"one"}]}]})");
    beast::get_lowest_layer(socket).close();
  });
  serve([&](WebSocket& socket) -> asio::awaitable<void> {
    co_await listen_and_hear(socket, "sound");
    co_await say(socket, R"({"results":[{"final":true,"alternatives":[{"transcript":"one two"}]}]})");
    co_await read(socket);
  });
  const auto socket = open();
  socket->send("sound");
  run_until([&] { return !told.lines.empty() && told.lines.back() == "final: one two"; });
  EXPECT_THAT(told.lines,
              ElementsAre("available", "interim: one", HasSubstr("unavailable"), "available", "final: one two"));
  EXPECT_EQ(noticed, 3);
  socket->drop();
}

TEST_F(SpeechSocketTest, KeepsWhatItCannotHearAgain) {
  serve([&](WebSocket& socket) -> asio::awaitable<void> {
    co_await listen_and_hear(socket, "sound");
    co_await say(socket, R"({"results":[{"final":true,"alternatives":[{"transcript":"one"}]},)"
                         R"({"final":false,"alternatives":[{"transcript":"two"}]}]})");
    beast::get_lowest_layer(socket).close();
  });
  serve([&](WebSocket& socket) -> asio::awaitable<void> {
    co_await listen_and_hear(socket, "later");
    co_await say(socket, R"({"results":[{"final":true,"alternatives":[{"transcript":"three"}]}]})");
    co_await read(socket);
  });
  const auto socket = open();
  socket->send("sound");
  run_until([&] { return told.lines.size() == 5; });
  socket->send("later");
  run_until([&] { return told.lines.back() == "final: three"; });
  EXPECT_THAT(told.lines, ElementsAre("available", "final: one", "interim: two", "final: two", HasSubstr("unavailable"),
                                      "available", "final: three"));
  socket->drop();
}

TEST_F(SpeechSocketTest, KeepsWhatWasUnderstoodWhereTheServiceNeverComesBack) {
  serve([&](WebSocket& socket) -> asio::awaitable<void> {
    co_await listen_and_hear(socket, "sound");
    co_await say(socket, R"({"results":[{"final":false,"alternatives":[{"transcript":"one"}]}]})");
    acceptor.close();
    beast::get_lowest_layer(socket).close();
  });
  const auto socket = open({.stop_max = std::chrono::milliseconds(50)});
  socket->send("sound");
  run_until([&] { return told.lines.size() == 3; });
  socket->stop();
  run_until([&] { return told.lines.back() == "end"; });
  EXPECT_THAT(told.lines, ElementsAre("available", "interim: one", HasSubstr("unavailable"), "final: one", "end"));
}

}  // namespace
}  // namespace crm
