#include "measure/http_answer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace slipway::measure {
namespace {

using State = HttpAnswer::State;

/// The state after `text`, given in pieces of `size` bytes; each but the last must ask for more.
State in_pieces(HttpAnswer& answer, std::string_view text, std::size_t size) {
  State state = State::more;
  while (!text.empty() && state == State::more) {
    state = answer.feed(text.substr(0, size));
    text.remove_prefix(std::min(size, text.size()));
  }
  return text.empty() ? state : State::broken;
}

constexpr std::string_view sized = "HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length:  5\r\n\r\nhello";
constexpr std::string_view chunked =
    "HTTP/1.1 500 Oh\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n5;a=b\r\nhello\r\n7\r\n, world\r\n0\r\nX: y\r\n\r\n";

TEST(HttpAnswer, EndsWhereItsLengthSays) {
  for (std::size_t size = 1; size <= sized.size(); ++size) {
    HttpAnswer answer;
    EXPECT_FALSE(answer.begun());
    EXPECT_EQ(in_pieces(answer, sized, size), State::done) << size;
    EXPECT_EQ(answer.status(), 200U);
    EXPECT_TRUE(answer.keeps_connection());
    EXPECT_EQ(answer.error_body(), "");
    answer.reset();
    EXPECT_EQ(in_pieces(answer, sized, size), State::done) << size;
  }
}

TEST(HttpAnswer, ReadsChunksInAnyPieces) {
  for (std::size_t size = 1; size <= chunked.size(); ++size) {
    HttpAnswer answer;
    EXPECT_EQ(in_pieces(answer, chunked, size), State::done) << size;
    EXPECT_EQ(answer.status(), 500U);
    EXPECT_EQ(answer.error_body(), "hello, world") << size;
  }
}

TEST(HttpAnswer, MayEndWithTheConnection) {
  HttpAnswer answer;
  EXPECT_EQ(answer.feed("HTTP/1.0 404 Not Found\r\n\r\nno"), State::more);
  EXPECT_EQ(answer.feed_end(), State::done);
  EXPECT_FALSE(answer.keeps_connection());
  EXPECT_EQ(answer.error_body(), "no");
  answer.reset();
  EXPECT_EQ(answer.feed("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nno"), State::more);
  EXPECT_EQ(answer.feed_end(), State::broken);
}

TEST(HttpAnswer, PassesOverInterimAnswers) {
  HttpAnswer answer;
  EXPECT_EQ(answer.feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n"), State::done);
  EXPECT_EQ(answer.status(), 429U);
}

TEST(HttpAnswer, SeesThatTheConnectionEnds) {
  HttpAnswer answer;
  EXPECT_EQ(answer.feed("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n"), State::done);
  EXPECT_FALSE(answer.keeps_connection());
}

TEST(HttpAnswer, RefusesWhatIsNotHttp) {
  for (const std::string_view text :
       {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"}) {
    HttpAnswer answer;
    EXPECT_EQ(answer.feed(text), State::broken) << text;
  }
  HttpAnswer answer;
  EXPECT_EQ(answer.feed(std::string(sized) + "more"), State::broken);
}

TEST(HttpAnswer, BoundsWhatItKeeps) {
  HttpAnswer answer;
  EXPECT_EQ(answer.feed("HTTP/1.1 200 OK\r\nX: "), State::more);
  EXPECT_EQ(answer.feed(std::string(100'000, 'x')), State::broken);
  answer.reset();
  EXPECT_EQ(answer.feed("HTTP/1.1 500 Oh\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x')), State::done);
  EXPECT_EQ(answer.error_body().size(), 4096U);
}

}  // namespace
}  // namespace slipway::measure
