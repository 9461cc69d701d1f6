#pragma once

#include <google/protobuf/message.h>

#include <boost/json.hpp>

namespace slipway::config {

/// What becomes of numbers, texts, choices and lists that are not set. Messages that are not there are left out anyway.
enum class Unset { left_out, default_value };

/// A message as JSON, with the names of its .proto file. Numbers of 64 bits are numbers, as Triton's HTTP gives them;
/// protobuf's own JSON makes texts of them.
boost::json::object json_of(const google::protobuf::Message& message, Unset unset = Unset::left_out);

}  // namespace slipway::config
