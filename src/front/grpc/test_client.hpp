#pragma once

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "front/grpc/outgoing.hpp"
#include "front/grpc/session.hpp"

namespace slipway::front::grpc {

/// A message with its prefix.
inline std::string framed(std::string_view text, char compressed = 0) {
  std::string out{compressed};
  for (unsigned shift = 32; shift > 0; shift -= 8) out += static_cast<char>(text.size() >> (shift - 8) & 0xFFU);
  return out.append(text);
}

/// The client's side of HTTP/2, in memory, to whom no call is too strange.
class TestClient {
 public:
  struct Stream {
    std::map<std::string, std::string> header;  ///< and trailer
    std::string body;
    std::string unsent;
    bool ends = false;    ///< the request, behind `unsent`
    bool closed = false;  ///< by the server, or as never taken
    std::uint32_t error = NGHTTP2_NO_ERROR;
  };
  using Fields = std::vector<std::pair<std::string, std::string>>;

  explicit TestClient(Session& session) : session_(session) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_data_source_read_length_callback(callbacks, read_length);
    nghttp2_option* options = nullptr;
    nghttp2_option_new(&options);
    nghttp2_option_set_no_auto_window_update(options, 1);
    nghttp2_session* client = nullptr;
    nghttp2_session_client_new2(&client, callbacks, this, options);
    nghttp2_option_del(options);
    nghttp2_session_callbacks_del(callbacks);
    client_.reset(client);
    nghttp2_submit_settings(client, NGHTTP2_FLAG_NONE, nullptr, 0);
  }

  /// Begins a call with `body`, which ends it when `ends`. Sent by exchange().
  std::int32_t begin(const std::string& path, std::string body, bool ends = true, const Fields& changes = {}) {
    std::map<std::string, std::string> fields{{":method", "POST"},
                                              {":scheme", "http"},
                                              {":authority", "x"},
                                              {":path", path},
                                              {"content-type", "application/grpc"}};
    for (const auto& [name, value] : changes) fields[name] = value;
    std::vector<nghttp2_nv> header;
    for (auto& [name, value] : fields) {
      header.push_back({.name = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                        .value = reinterpret_cast<std::uint8_t*>(value.data()),
                        .namelen = name.size(),
                        .valuelen = value.size(),
                        .flags = NGHTTP2_NV_FLAG_NONE});
    }
    const nghttp2_data_provider provider{.source = {.ptr = nullptr}, .read_callback = read};
    const std::int32_t id =
        nghttp2_submit_request(client_.get(), nullptr, header.data(), header.size(), &provider, nullptr);
    streams_[id].unsent = std::move(body);
    streams_[id].ends = ends;
    return id;
  }
  /// Sends more of a call that was begun without its end.
  void send(std::int32_t id, std::string_view more, bool ends = false) {
    streams_[id].unsent += more;
    streams_[id].ends = ends;
    nghttp2_session_resume_data(client_.get(), id);
  }
  void reset(std::int32_t id) { nghttp2_submit_rst_stream(client_.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL); }

  /// Until neither side has more to say. False when the server gave up.
  bool exchange() {
    bool goes_on = true;
    for (bool moved = true; moved;) {
      moved = send_to_server(goes_on);
      if (read_from_server()) moved = true;
    }
    return goes_on;
  }
  /// One way of it. Whether there was something.
  bool send_to_server(bool& goes_on) {
    bool moved = false;
    const std::uint8_t* data = nullptr;
    while (const ssize_t size = nghttp2_session_mem_send(client_.get(), &data)) {
      moved = true;
      goes_on = session_.receive(std::as_bytes(std::span(data, static_cast<std::size_t>(size)))) && goes_on;
    }
    return moved;
  }
  bool read_from_server() {
    Outgoing out;
    session_.pack(out);
    largest_pack_ = std::max(largest_pack_, out.size());
    for (const auto& buffer : out.buffers()) {
      EXPECT_EQ(nghttp2_session_mem_recv(client_.get(), static_cast<const std::uint8_t*>(buffer.data()), buffer.size()),
                static_cast<ssize_t>(buffer.size()));
    }
    return out.size() > 0;
  }

  /// Whether the client takes what comes: if not, the server may send no more than the windows.
  void takes(bool value) {
    takes_ = value;
    if (takes_) take_all();
  }

  Stream& operator[](std::int32_t id) { return streams_[id]; }
  std::string status(std::int32_t id) { return streams_[id].header["grpc-status"]; }
  std::size_t largest_pack() const { return largest_pack_; }
  bool was_sent_away() const { return sent_away_; }

 private:
  struct Delete {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };
  void take_all() {
    for (const auto& [id, size] : std::exchange(untaken_, {})) nghttp2_session_consume(client_.get(), id, size);
  }
  static TestClient& of(void* user) { return *static_cast<TestClient*>(user); }
  static int on_header(nghttp2_session* /*session*/, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t /*flags*/,
                       void* user) {
    of(user).streams_[frame->hd.stream_id].header[{reinterpret_cast<const char*>(name), name_size}] = {
        reinterpret_cast<const char*>(value), value_size};
    return 0;
  }
  static int on_data(nghttp2_session* /*session*/, std::uint8_t /*flags*/, std::int32_t id, const std::uint8_t* data,
                     std::size_t size, void* user) {
    of(user).streams_[id].body.append(reinterpret_cast<const char*>(data), size);
    of(user).untaken_[id] += size;
    if (of(user).takes_) of(user).take_all();
    return 0;
  }
  static int on_close(nghttp2_session* /*session*/, std::int32_t id, std::uint32_t error, void* user) {
    of(user).streams_[id].closed = true;
    of(user).streams_[id].error = error;
    return 0;
  }
  static int on_frame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) of(user).sent_away_ = true;
    return 0;
  }
  /// As large frames as the server takes: without this the library makes many small ones.
  static ssize_t read_length(nghttp2_session* /*session*/, std::uint8_t /*type*/, std::int32_t /*id*/,
                             std::int32_t connection_room, std::int32_t stream_room, std::uint32_t largest,
                             void* /*user*/) {
    return std::min({connection_room, stream_room, static_cast<std::int32_t>(largest)});
  }
  static ssize_t read(nghttp2_session* /*session*/, std::int32_t id, std::uint8_t* into, std::size_t room,
                      std::uint32_t* flags, nghttp2_data_source* /*source*/, void* user) {
    Stream& stream = of(user).streams_[id];
    const std::size_t size = std::min(room, stream.unsent.size());
    std::memcpy(into, stream.unsent.data(), size);
    stream.unsent.erase(0, size);
    if (stream.unsent.empty() && stream.ends) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (size == 0 && !stream.ends) return NGHTTP2_ERR_DEFERRED;
    return static_cast<ssize_t>(size);
  }

  Session& session_;
  std::unique_ptr<nghttp2_session, Delete> client_;
  std::map<std::int32_t, Stream> streams_;
  std::size_t largest_pack_ = 0;
  bool sent_away_ = false;
  bool takes_ = true;
  std::map<std::int32_t, std::size_t> untaken_;
};

}  // namespace slipway::front::grpc
