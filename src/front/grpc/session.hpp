#pragma once

#include <nghttp2/nghttp2.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "front/grpc/call.hpp"
#include "front/grpc/call_header.hpp"
#include "front/grpc/message_reader.hpp"
#include "front/grpc/outgoing.hpp"

namespace slipway::front::grpc {

/// gRPC over HTTP/2 on one connection, without its socket: bytes in, calls to their handlers, answers to bytes out
/// (doc/PROTOCOL-HTTP2.md of gRPC; nghttp2 does HTTP/2). On one thread; handlers run in receive(), collect() and
/// pack().
class Session {
 public:
  /// Makes the call of a stream.
  using MakeCall = std::function<std::shared_ptr<Call>(std::int32_t stream, core::TimePoint deadline)>;

  /// `methods` must outlive the session. A message must come whole within `read_timeout`; single bytes do not prolong
  /// it, but it does not run while the client is held up.
  Session(const Methods& methods, std::uint64_t max_message_bytes, std::chrono::milliseconds read_timeout,
          MakeCall make_call);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Takes what the client has sent. False when the connection cannot go on; what pack() gives then tells the client.
  bool receive(std::span<const std::byte> bytes);
  /// Takes the answers of a stream's call.
  void collect(std::int32_t stream);
  /// Appends what is to be written, up to a bound. Nothing appended: there is nothing until more has been received or
  /// collected.
  void pack(Outgoing& out);

  bool has_begun() const { return begun_; }  ///< the client has spoken HTTP/2
  /// Asks the client to take its next calls elsewhere. It may not have heard of it yet: calls are taken until it has.
  void send_away();
  /// Takes no more calls: those that the client begins are left to it to send again elsewhere.
  void take_no_more();
  /// Ends the calls that the client may keep open for ever, those that it begins now too.
  void end();
  bool has_calls() const { return !streams_.empty(); }  ///< that are open
  /// Gives up what is in flight: what has not run is dropped, and the calls are answered so.
  void cancel();
  /// Not after the deadline of any call that is open, nor of a message that has begun to come.
  core::TimePoint next_deadline() const { return next_deadline_; }
  /// Ends the calls for which one is over.
  void expire(core::TimePoint now);
  /// Whether nothing is left to do: no call is open and none is taken, or HTTP/2 was broken.
  bool is_over() const;

 private:
  struct Stream {
    std::int32_t id = 0;
    CallHeader header;
    std::size_t header_bytes = 0;
    std::shared_ptr<Call> call;
    std::shared_ptr<Handler> handler;  ///< null before the header is whole, and for calls that were refused
    std::optional<MessageReader> reader;
    std::size_t unacknowledged = 0;  ///< bytes that flow control was not told to be taken
    std::size_t half_sent = 0;       ///< bytes that it was told of although no message was handed on with them
    core::TimePoint message_deadline = core::no_deadline;  ///< for what is missing of that
    bool half_closed = false;                              ///< the client sends no more
    bool told_half_close = false;
    bool touched = false;  ///< is in touched_
    bool handing_on = false;
    bool waits = false;      ///< is in held_up_
    bool responded = false;  ///< the answer's header has been submitted
    MessageQueue outgoing;
    std::optional<core::Result<void>> status;  ///< how the call ended
  };
  struct Callbacks;  ///< in session_callbacks.hpp
  struct Delete {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };

  Stream* find(std::int32_t id);
  void begin(std::int32_t id);
  bool take_header(Stream& stream, std::string_view name, std::string_view value);
  void open(Stream& stream);
  void take_bytes(Stream& stream, std::span<const std::byte> bytes);
  void half_close(Stream& stream);
  void close(std::int32_t id);
  void touch(Stream& stream);
  void hand_on_touched();
  void hand_on(Stream& stream);
  /// Whether the next message is to wait.
  bool is_held_up(Stream& stream);
  /// Counts what is kept of messages that have not come whole, and ends a call that has too much.
  void count_half_sent(Stream& stream);
  /// Sets the deadline for what is awaited of the client behind a part of a message, or takes it back.
  void await_rest(Stream& stream, bool awaited);
  void end_messages(Stream& stream);
  void take_answer(Stream& stream, Answer answer);
  void finish(Stream& stream, core::Result<void> status) {
    take_answer(stream, {.message = std::nullopt, .status = std::move(status)});
  }
  /// Answers what is no gRPC.
  void refuse(Stream& stream, std::string_view http_status);
  void submit_trailer(const Stream& stream);
  ssize_t read_answer(Stream& stream, std::size_t room, std::uint32_t& flags);

  const Methods& methods_;
  const std::uint64_t max_message_bytes_;
  const std::uint64_t most_half_sent_bytes_;
  const std::chrono::milliseconds read_timeout_;
  const MakeCall make_call_;
  std::unique_ptr<nghttp2_session, Delete> session_;
  std::map<std::int32_t, Stream> streams_;
  std::vector<std::int32_t> touched_;  ///< streams with something to hand on
  std::vector<std::int32_t> held_up_;  ///< streams that wait for answers of others to be written
  std::size_t unsent_bytes_ = 0;       ///< of answers, of all streams
  std::size_t half_sent_bytes_ = 0;    ///< of all streams
  core::TimePoint next_deadline_ = core::no_deadline;
  Outgoing* out_ = nullptr;  ///< within pack()
  bool begun_ = false;
  bool broken_ = false;
  bool sent_away_ = false;
  bool takes_no_more_ = false;
  bool ending_ = false;
};

}  // namespace slipway::front::grpc
