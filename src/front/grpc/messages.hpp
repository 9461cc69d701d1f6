#pragma once

#include <fmt/format.h>
#include <google/protobuf/message.h>

#include <limits>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"

/// Messages of calls from bytes and to bytes.
namespace slipway::front::grpc {

template <class Message>
core::Result<Message> parsed(const core::Buffer& bytes) {
  Message message;
  if (bytes.size() <= std::numeric_limits<int>::max() &&
      message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return message;
  return core::invalid(fmt::format("the message is no {}", message.GetTypeName()));
}

inline std::vector<core::Buffer> bytes_of(const google::protobuf::Message& message) {
  std::vector<core::Buffer> parts;
  parts.emplace_back(message.ByteSizeLong());
  message.SerializeToArray(parts.back().data(), static_cast<int>(parts.back().size()));
  return parts;
}

}  // namespace slipway::front::grpc
