#include "front/grpc/session_callbacks.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <new>
#include <span>

namespace slipway::front::grpc {

namespace {

/// Calls at one time on one connection; the client waits with more.
constexpr std::uint32_t most_streams = 1024;
/// Bytes of one call that a client may send before they are taken.
constexpr std::uint32_t stream_window = 4U << 20U;
/// Bytes of all calls together that may be under way. They count as taken when they are here, or a call that is held up
/// would hold up the others: what is kept of all calls is bounded by their windows, and by Session::count_half_sent.
constexpr std::int32_t connection_window = 16 << 20;
constexpr std::uint32_t largest_frame = 1U << 20U;
/// Calls that a client may cancel: one whose calls have a deadline that few of them meet cancels them all.
constexpr std::uint64_t resets_at_once = 20'000;
constexpr std::uint64_t resets_a_second = 5'000;
/// What pack() appends at one time, give or take a frame.
constexpr std::size_t most_packed_bytes = 1U << 20U;

/// Exceptions do not cross nghttp2, which is C: what throws ends the connection.
template <class Work>
int guarded(Work work) {
  try {
    return work();
  } catch (const std::exception&) {
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
}

std::span<const std::byte> bytes(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

bool is_request(const nghttp2_frame& frame) {
  return frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST;
}

}  // namespace

nghttp2_session* Session::Callbacks::new_session(Session* self) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* options = nullptr;
  nghttp2_session* session = nullptr;
  const bool made = nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&options) == 0;
  if (made) {
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_sent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, on_frame_not_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_session_callbacks_set_send_callback(callbacks, send);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, send_data);
    nghttp2_session_callbacks_set_data_source_read_length_callback(callbacks, read_length);
    nghttp2_option_set_no_auto_window_update(options, 1);
    nghttp2_option_set_no_closed_streams(options, 1);
    nghttp2_option_set_stream_reset_rate_limit(options, resets_at_once, resets_a_second);
    nghttp2_session_server_new2(&session, callbacks, self, options);
  }
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_option_del(options);
  if (session == nullptr) throw std::bad_alloc();
  std::unique_ptr<nghttp2_session, Delete> owned(session);
  const std::array<nghttp2_settings_entry, 4> settings{
      {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, most_streams},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window},
       {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, largest_frame},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(most_header_bytes)}}};
  if (nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) != 0 ||
      nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, connection_window) != 0)
    throw std::bad_alloc();
  return owned.release();
}

int Session::Callbacks::on_begin_headers(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
  if (!is_request(*frame)) return 0;
  return guarded([&] {
    of(user).begin(frame->hd.stream_id);
    return 0;
  });
}

int Session::Callbacks::on_header(nghttp2_session* /*session*/, const nghttp2_frame* frame, const std::uint8_t* name,
                                  std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                                  std::uint8_t /*flags*/, void* user) {
  Stream* stream = of(user).find(frame->hd.stream_id);
  if (stream == nullptr || !is_request(*frame)) return 0;
  return guarded([&] {
    const bool taken = of(user).take_header(*stream, {reinterpret_cast<const char*>(name), name_size},
                                            {reinterpret_cast<const char*>(value), value_size});
    return taken ? 0 : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  });
}

int Session::Callbacks::on_data(nghttp2_session* session, std::uint8_t /*flags*/, std::int32_t id,
                                const std::uint8_t* data, std::size_t size, void* user) {
  nghttp2_session_consume_connection(session, size);
  Stream* stream = of(user).find(id);
  if (stream == nullptr) return 0;
  return guarded([&] {
    of(user).take_bytes(*stream, bytes(data, size));
    return 0;
  });
}

int Session::Callbacks::on_frame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
  Session& self = of(user);
  self.begun_ = true;
  if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0 &&
      std::ranges::equal(frame->ping.opaque_data, ping_of_the_end))
    self.take_no_more();
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  Stream* stream = self.find(frame->hd.stream_id);
  if (stream == nullptr) return 0;
  return guarded([&] {
    if (is_request(*frame)) self.open(*stream);
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) self.half_close(*stream);
    return 0;
  });
}

int Session::Callbacks::on_frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
  if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  const Stream* stream = of(user).find(frame->hd.stream_id);
  if (stream == nullptr || stream->half_closed) return 0;
  // answered before the request has come whole: the client need not send the rest
  return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_NO_ERROR);
}

int Session::Callbacks::on_frame_not_sent(nghttp2_session* session, const nghttp2_frame* frame, int /*error*/,
                                          void* user) {
  if (frame->hd.type != NGHTTP2_HEADERS || of(user).find(frame->hd.stream_id) == nullptr) return 0;
  return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_INTERNAL_ERROR);
}

int Session::Callbacks::on_close(nghttp2_session* /*session*/, std::int32_t id, std::uint32_t /*error*/, void* user) {
  of(user).close(id);
  return 0;
}

ssize_t Session::Callbacks::send(nghttp2_session* /*session*/, const std::uint8_t* data, std::size_t size,
                                 int /*flags*/, void* user) {
  Outgoing& out = *of(user).out_;
  if (out.size() >= most_packed_bytes) return NGHTTP2_ERR_WOULDBLOCK;
  const int failed = guarded([&] {
    out.copy(bytes(data, size));
    return 0;
  });
  return failed != 0 ? failed : static_cast<ssize_t>(size);
}

ssize_t Session::Callbacks::read_length(nghttp2_session* /*session*/, std::uint8_t /*type*/, std::int32_t /*id*/,
                                        std::int32_t connection_room, std::int32_t stream_room, std::uint32_t largest,
                                        void* /*user*/) {
  const auto most = static_cast<std::int32_t>(std::min(largest, largest_frame));
  return std::min({connection_room, stream_room, most});
}

ssize_t Session::Callbacks::read(nghttp2_session* /*session*/, std::int32_t id, std::uint8_t* /*into*/,
                                 std::size_t room, std::uint32_t* flags, nghttp2_data_source* /*source*/, void* user) {
  Stream* stream = of(user).find(id);
  if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  ssize_t size = 0;
  const int failed = guarded([&] {
    size = of(user).read_answer(*stream, room, *flags);
    return 0;
  });
  return failed != 0 ? failed : size;
}

int Session::Callbacks::send_data(nghttp2_session* /*session*/, nghttp2_frame* frame, const std::uint8_t* header,
                                  std::size_t size, nghttp2_data_source* /*source*/, void* user) {
  constexpr std::size_t frame_header_size = 9;
  Outgoing& out = *of(user).out_;
  if (out.size() >= most_packed_bytes) return NGHTTP2_ERR_WOULDBLOCK;
  Stream* stream = of(user).find(frame->hd.stream_id);
  if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  return guarded([&] {
    out.copy(bytes(header, frame_header_size));
    stream->outgoing.take(size, out);
    of(user).unsent_bytes_ -= size;
    of(user).touch(*stream);
    return 0;
  });
}

}  // namespace slipway::front::grpc
