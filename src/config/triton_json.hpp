#pragma once

#include <google/protobuf/message.h>

#include <boost/json.hpp>

namespace slipway::config {

/// A message as JSON, with the names of its .proto file. Numbers of 64 bits are numbers, as Triton's HTTP gives them;
/// protobuf's own JSON makes texts of them. Fields that are not set are left out.
boost::json::object json_of(const google::protobuf::Message& message);

}  // namespace slipway::config
