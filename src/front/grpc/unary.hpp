#pragma once

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include <string>

#include "core/error.hpp"
#include "front/grpc/status.hpp"

/// What the calls have in common that take one message and give one at once.
namespace slipway::front::grpc {

using Context = ::grpc::CallbackServerContext;
using Reactor = ::grpc::ServerUnaryReactor;

inline Reactor* finished(Context* context, const ::grpc::Status& status) {
  Reactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

inline Reactor* finished(Context* context, const core::Result<void>& result) {
  return finished(context, result ? ::grpc::Status::OK : status_of(result.error()));
}

/// Fills `message` from the document that HTTP gives: its fields have the names of the message's.
template <class Message>
::grpc::Status fill(Message& message, const std::string& document) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto read = google::protobuf::util::JsonStringToMessage(document, &message, options);
  if (read.ok()) return ::grpc::Status::OK;
  return {::grpc::StatusCode::INTERNAL, "the document does not fit its message: " + read.ToString()};
}

template <class Message>
Reactor* answer(Context* context, Message& message, const core::Result<std::string>& document) {
  return finished(context, document ? fill(message, *document) : status_of(document.error()));
}

}  // namespace slipway::front::grpc
