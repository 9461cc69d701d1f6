#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "front/grpc/session.hpp"

namespace slipway::front::grpc {

/// What nghttp2 calls: for what has come, and for what it is to send.
struct Session::Callbacks {
  static constexpr std::size_t most_header_bytes = 64U << 10U;
  static constexpr std::array<std::uint8_t, 8> ping_of_the_end{'s', 'l', 'i', 'p', 'w', 'a', 'y', '.'};

  /// A server's session that calls these with `self`, its settings submitted.
  static nghttp2_session* new_session(Session* self);

  static Session& of(void* user) { return *static_cast<Session*>(user); }

  static int on_begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* user);
  static int on_header(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t flags,
                       void* user);
  static int on_data(nghttp2_session* session, std::uint8_t flags, std::int32_t id, const std::uint8_t* data,
                     std::size_t size, void* user);
  static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user);
  static int on_frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* user);
  static int on_frame_not_sent(nghttp2_session* session, const nghttp2_frame* frame, int error, void* user);
  static int on_close(nghttp2_session* session, std::int32_t id, std::uint32_t error, void* user);
  static ssize_t send(nghttp2_session* session, const std::uint8_t* data, std::size_t size, int flags, void* user);
  static ssize_t read_length(nghttp2_session* session, std::uint8_t type, std::int32_t id, std::int32_t connection_room,
                             std::int32_t stream_room, std::uint32_t largest, void* user);
  static ssize_t read(nghttp2_session* session, std::int32_t id, std::uint8_t* into, std::size_t room,
                      std::uint32_t* flags, nghttp2_data_source* source, void* user);
  static int send_data(nghttp2_session* session, nghttp2_frame* frame, const std::uint8_t* header, std::size_t size,
                       nghttp2_data_source* source, void* user);
};

}  // namespace slipway::front::grpc
