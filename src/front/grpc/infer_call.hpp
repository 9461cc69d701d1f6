#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>

#include "core/error.hpp"
#include "core/request.hpp"
#include "models/registry.hpp"

namespace slipway::front::grpc {

/// Decodes an inference request and hands it to admission, with the call's deadline and the flag that says that its
/// client has gone. `done` is called exactly once, on this thread or an instance's.
struct IncomingInfer {
  const models::Registry& models;
  const ::grpc::ByteBuffer& message;
  core::TimePoint deadline;
  std::shared_ptr<const std::atomic<bool>> cancelled;
};
/// What the completion is given: the answer, or the error; and the request's id.
using InferDone = std::move_only_function<void(core::Result<core::Response>, const models::Handle&, std::string id)>;
void infer(const IncomingInfer& incoming, InferDone done);

/// The deadline that the client set, on our clock.
core::TimePoint deadline_of(const ::grpc::CallbackServerContext& context);

/// One ModelInfer. Owns itself from start() until gRPC is done with it.
class InferCall : public ::grpc::ServerUnaryReactor {
 public:
  InferCall(const ::grpc::CallbackServerContext& context, ::grpc::ByteBuffer& response)
      : context_(context), response_(response) {}

  void start(const models::Registry& models, const ::grpc::ByteBuffer& request);

  void OnCancel() override { cancelled_->store(true, std::memory_order_relaxed); }
  void OnDone() override { delete this; }

 private:
  const ::grpc::CallbackServerContext& context_;
  ::grpc::ByteBuffer& response_;
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace slipway::front::grpc
