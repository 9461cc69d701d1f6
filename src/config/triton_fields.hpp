#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <functional>
#include <string>

namespace slipway::config {

/// One field that a config.pbtxt sets.
struct TritonField {
  std::string path;     ///< "dynamic_batching.preserve_ordering"; a map's entries go by the map's name
  int line = 0;         ///< from 1; 0 where the text has no lines (an override in JSON)
  std::string value{};  ///< a choice's name, or the key of a map's entry; else empty
};

/// Calls `visit` for every field of `message` that is set or stands in the text, outer ones first, until it says that
/// what lies inside need not be visited. `lines` is what the parser noted; null: nothing.
void visit_fields(const google::protobuf::Message& message, google::protobuf::TextFormat::ParseInfoTree* lines,
                  const std::function<bool(const TritonField& field)>& visit);

}  // namespace slipway::config
