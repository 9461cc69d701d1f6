#include "front/grpc/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <limits>
#include <new>
#include <string_view>
#include <utility>

#include "core/printable.hpp"
#include "front/grpc/session_callbacks.hpp"

namespace slipway::front::grpc {

using core::Code;

namespace {

/// Answers of one call that may wait to be written before its next message is handed on.
constexpr std::size_t most_unsent = 64;
constexpr std::size_t most_unsent_bytes = 1U << 20U;
/// And of all calls, before the next message of any is.
constexpr std::size_t most_unsent_bytes_in_all = 64U << 20U;
/// Bytes that all calls of a connection may have of messages that have not come whole: those of a few of the largest,
/// and of many that are small, since clients send the messages of many calls side by side, a frame of each in turn.
std::uint64_t most_half_sent(std::uint64_t largest_message) {
  constexpr std::uint64_t least = 128U << 20U;
  constexpr std::uint64_t longest = std::numeric_limits<std::uint32_t>::max();  // a message's prefix can say no more
  return std::max(4 * std::min(largest_message, longest), least);
}

/// A header field whose bytes are kept until it has been submitted.
nghttp2_nv field(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));  // nghttp2 only reads
  };
  return {.name = bytes(name),
          .value = bytes(value),
          .namelen = name.size(),
          .valuelen = value.size(),
          .flags = NGHTTP2_NV_FLAG_NONE};
}

/// The fields that end a call.
struct Trailer {
  explicit Trailer(const core::Result<void>& status)
      : code(std::to_string(status ? 0 : static_cast<int>(status.error().code()))),
        message(status ? "" : percent_encoded(core::told(status.error().message()))) {}

  void append_to(std::vector<nghttp2_nv>& fields) const {
    fields.push_back(field("grpc-status", code));
    if (!message.empty()) fields.push_back(field("grpc-message", message));
  }

  std::string code;
  std::string message;
};

std::vector<nghttp2_nv> response_header() {
  return {field(":status", "200"), field("content-type", "application/grpc"),
          field("grpc-accept-encoding", "identity,deflate,gzip")};
}

}  // namespace

Session::Session(const Methods& methods, std::uint64_t max_message_bytes, std::chrono::milliseconds read_timeout,
                 MakeCall make_call)
    : methods_(methods),
      max_message_bytes_(max_message_bytes),
      most_half_sent_bytes_(most_half_sent(max_message_bytes)),
      read_timeout_(read_timeout),
      make_call_(std::move(make_call)),
      session_(Callbacks::new_session(this)) {}

Session::~Session() {
  for (auto& [id, stream] : streams_) {
    if (stream.call) stream.call->cancel();
  }
}

bool Session::receive(std::span<const std::byte> bytes) {
  if (broken_) return false;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (nghttp2_session_mem_recv(session_.get(), data, bytes.size()) < 0) broken_ = true;
  hand_on_touched();
  return !broken_;
}

void Session::collect(std::int32_t id) {
  Stream* stream = find(id);
  if (stream == nullptr) return;
  for (Answer& answer : stream->call->take()) take_answer(*stream, std::move(answer));
  hand_on(*stream);
}

void Session::pack(Outgoing& out) {
  out_ = &out;
  if (nghttp2_session_send(session_.get()) != 0) broken_ = true;
  out_ = nullptr;
  if (unsent_bytes_ < most_unsent_bytes_in_all) {
    for (const std::int32_t id : std::exchange(held_up_, {})) {
      Stream* stream = find(id);
      if (stream == nullptr) continue;
      stream->waits = false;
      touch(*stream);
    }
  }
  hand_on_touched();
}

void Session::send_away() {
  if (std::exchange(sent_away_, true)) return;
  nghttp2_submit_shutdown_notice(session_.get());
  nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, Callbacks::ping_of_the_end.data());
}

void Session::take_no_more() {
  if (std::exchange(takes_no_more_, true)) return;
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_.get()),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

void Session::end() {
  ending_ = true;
  for (auto& [id, stream] : streams_) {
    if (stream.handler) stream.handler->on_end();
  }
}

void Session::cancel() {
  for (auto& [id, stream] : streams_) {
    if (stream.call) stream.call->give_up();
  }
}

void Session::expire(core::TimePoint now) {
  next_deadline_ = core::no_deadline;
  for (auto& [id, stream] : streams_) {
    if (!stream.call || stream.status) continue;
    const core::TimePoint deadline = std::min(stream.call->deadline(), stream.message_deadline);
    if (deadline > now) {
      next_deadline_ = std::min(next_deadline_, deadline);
      continue;
    }
    const bool call_is_over = stream.call->deadline() <= now;
    stream.call->cancel();
    finish(stream, core::fail(Code::deadline_exceeded,
                              call_is_over ? "the deadline of the call is over"
                                           : fmt::format("a message, or its call's end behind it, has not come within "
                                                         "{} ms (read_timeout_ms)",
                                                         read_timeout_.count())));
    touch(stream);  // what was half sent is let go of
  }
}

bool Session::is_over() const {
  return broken_ || (nghttp2_session_want_read(session_.get()) == 0 && nghttp2_session_want_write(session_.get()) == 0);
}

Session::Stream* Session::find(std::int32_t id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : &found->second;
}

void Session::begin(std::int32_t id) { streams_[id].id = id; }

bool Session::take_header(Stream& stream, std::string_view name, std::string_view value) {
  constexpr std::size_t overhead = 32;  // as SETTINGS_MAX_HEADER_LIST_SIZE counts
  stream.header_bytes += name.size() + value.size() + overhead;
  if (stream.header_bytes > Callbacks::most_header_bytes) return false;
  stream.header.take(name, value);
  return true;
}

void Session::open(Stream& stream) {
  const CallHeader& header = stream.header;
  if (header.method != "POST") return refuse(stream, "405");
  if (!header.content_type.starts_with("application/grpc")) return refuse(stream, "415");
  core::TimePoint deadline = core::no_deadline;
  const auto timeout = timeout_from(header.timeout);
  if (timeout) deadline = core::now() + *timeout;
  next_deadline_ = std::min(next_deadline_, deadline);
  stream.call = make_call_(stream.id, deadline);
  if (header.triton_grpc_error == "true") stream.call->end_by_first_error();
  stream.reader.emplace(max_message_bytes_, header.encoding);
  if (!timeout && !header.timeout.empty())
    return finish(stream, core::invalid(fmt::format("grpc-timeout \"{}\" given, up to eight digits and a unit of H, M, "
                                                    "S, m, u or n expected",
                                                    header.timeout)));
  const auto method = methods_.find(header.path);
  if (method == methods_.end())
    return finish(stream, core::fail(Code::unimplemented, fmt::format("{}: there is no such call", header.path)));
  try {
    stream.handler = method->second(stream.call);
    if (ending_) stream.handler->on_end();
    touch(stream);  // its time to be sent to its end begins
  } catch (const std::exception& error) {
    finish(stream, core::fail(Code::internal, error.what()));
  }
}

void Session::take_bytes(Stream& stream, std::span<const std::byte> bytes) {
  stream.unacknowledged += bytes.size();
  touch(stream);
  if (stream.status || !stream.handler) return;
  try {
    if (auto added = stream.reader->add(bytes); !added) finish(stream, std::move(added));
  } catch (const std::bad_alloc&) {
    finish(stream, core::fail(Code::resource_exhausted, "there is no memory for the message at the moment"));
  }
}

void Session::half_close(Stream& stream) {
  stream.half_closed = true;
  touch(stream);
}

void Session::close(std::int32_t id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  if (found->second.call) found->second.call->cancel();
  unsent_bytes_ -= found->second.outgoing.bytes();
  half_sent_bytes_ -= found->second.half_sent;
  streams_.erase(found);
}

void Session::touch(Stream& stream) {
  if (std::exchange(stream.touched, true)) return;
  touched_.push_back(stream.id);
}

void Session::hand_on_touched() {
  while (!touched_.empty()) {
    for (const std::int32_t id : std::exchange(touched_, {})) {
      Stream* stream = find(id);
      if (stream == nullptr) continue;
      stream->touched = false;
      hand_on(*stream);
    }
  }
}

bool Session::is_held_up(Stream& stream) {
  if (stream.handler->is_full() || (stream.handler->wants_all_at_once() && !stream.half_closed)) return true;
  if (stream.outgoing.messages() >= most_unsent || stream.outgoing.bytes() >= most_unsent_bytes) return true;
  if (unsent_bytes_ < most_unsent_bytes_in_all) return false;
  if (!std::exchange(stream.waits, true)) held_up_.push_back(stream.id);
  return true;
}

void Session::hand_on(Stream& stream) {
  if (stream.handing_on) return;  // within it: its loop goes on
  stream.handing_on = true;
  const std::shared_ptr<Handler> handler = stream.handler;
  std::size_t held = 0;
  try {
    while (handler && !stream.status) {
      if (is_held_up(stream)) {
        // what is not whole yet comes on, unless there is no room for it
        if (handler->is_full() || stream.reader->has_whole_message()) held = stream.reader->held();
        break;
      }
      auto message = stream.reader->next();
      if (!message) {
        finish(stream, std::unexpected(std::move(message).error()));
      } else if (*message) {
        stream.message_deadline = core::no_deadline;
        handler->on_message(**std::move(message));
      } else {
        if (stream.half_closed) end_messages(stream);
        break;
      }
    }
  } catch (const std::exception& error) {
    finish(stream, core::fail(Code::internal, error.what()));
  }
  stream.handing_on = false;
  if (stream.unacknowledged > held) {
    nghttp2_session_consume_stream(session_.get(), stream.id, stream.unacknowledged - held);
    stream.unacknowledged = held;
  }
  const bool lacks_end = handler && !stream.status && handler->wants_all_at_once() && !stream.half_closed;
  count_half_sent(stream);
  await_rest(stream, lacks_end || (held == 0 && stream.half_sent > 0));
}

void Session::count_half_sent(Stream& stream) {
  const std::size_t others = half_sent_bytes_ - stream.half_sent;
  std::size_t own = stream.reader && !stream.status ? stream.reader->held() - stream.unacknowledged : 0;
  if (own > 0 && others + own > most_half_sent_bytes_) {
    finish(stream,
           core::fail(Code::resource_exhausted,
                      fmt::format("the calls of this connection have {} bytes of messages that have not come whole, "
                                  "{} at most are kept; send one after the other, or use more connections",
                                  others + own, most_half_sent_bytes_)));
  }
  if (stream.status) {
    stream.reader.reset();  // nobody asks for what it holds
    own = 0;
  }
  stream.half_sent = own;
  half_sent_bytes_ = others + own;
}

void Session::await_rest(Stream& stream, bool awaited) {
  if (!awaited) {
    stream.message_deadline = core::no_deadline;
  } else if (stream.message_deadline == core::no_deadline) {
    stream.message_deadline = core::now() + read_timeout_;
    next_deadline_ = std::min(next_deadline_, stream.message_deadline);
  }
}

void Session::end_messages(Stream& stream) {
  if (stream.reader->held() > 0) return finish(stream, core::invalid("the last message has not come whole"));
  if (!std::exchange(stream.told_half_close, true)) stream.handler->on_half_close();
}

void Session::take_answer(Stream& stream, Answer answer) {
  if (stream.status) return;
  if (answer.message) {
    const std::size_t before = stream.outgoing.bytes();
    stream.outgoing.push(*std::move(answer.message));
    unsent_bytes_ += stream.outgoing.bytes() - before;
  }
  stream.status = std::move(answer.status);
  if (!answer.message && !stream.status) return;
  if (stream.responded) {
    nghttp2_session_resume_data(session_.get(), stream.id);  // an error where it was not held up
    return;
  }
  stream.responded = true;
  std::vector<nghttp2_nv> fields = response_header();
  int failed = 0;
  if (stream.status && stream.outgoing.bytes() == 0) {
    const Trailer trailer(*stream.status);
    trailer.append_to(fields);
    failed = nghttp2_submit_response(session_.get(), stream.id, fields.data(), fields.size(), nullptr);
  } else {
    const nghttp2_data_provider body{.source = {.ptr = nullptr}, .read_callback = Callbacks::read};
    failed = nghttp2_submit_response(session_.get(), stream.id, fields.data(), fields.size(), &body);
  }
  if (failed != 0) broken_ = true;
}

void Session::refuse(Stream& stream, std::string_view http_status) {
  stream.status = core::invalid("this is no call of gRPC");
  stream.responded = true;
  const std::array fields{field(":status", http_status)};
  if (nghttp2_submit_response(session_.get(), stream.id, fields.data(), fields.size(), nullptr) != 0) broken_ = true;
}

ssize_t Session::read_answer(Stream& stream, std::size_t room, std::uint32_t& flags) {
  const std::size_t size = std::min(room, stream.outgoing.bytes());
  if (size == 0 && !stream.status) return NGHTTP2_ERR_DEFERRED;
  if (size > 0) flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (size == stream.outgoing.bytes() && stream.status) {
    flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    submit_trailer(stream);
  }
  return static_cast<ssize_t>(size);
}

void Session::submit_trailer(const Stream& stream) {
  std::vector<nghttp2_nv> fields;
  const Trailer trailer(*stream.status);
  trailer.append_to(fields);
  if (nghttp2_submit_trailer(session_.get(), stream.id, fields.data(), fields.size()) != 0) broken_ = true;
}

}  // namespace slipway::front::grpc
