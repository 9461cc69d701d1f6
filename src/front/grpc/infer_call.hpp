#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "front/extensions.hpp"
#include "models/registry.hpp"
#include "protocol/output_form.hpp"

namespace slipway::front::grpc {

/// What a request comes with.
struct IncomingInfer {
  const models::Registry& models;
  const Extensions& extensions;
  const ::grpc::ByteBuffer& message;
  core::TimePoint deadline;
  std::shared_ptr<const std::atomic<bool>> cancelled;  ///< the client has gone
};
/// What became of a request.
struct InferOutcome {
  core::Result<core::Response> result;
  std::string id;  ///< the request's
  protocol::OutputForm form{};
};
/// Makes a message of it; nothing for an error that is a call's status.
using Encode = std::function<std::vector<core::Buffer>(InferOutcome outcome)>;
/// Takes the message, or the error.
using InferDone = std::move_only_function<void(core::Result<std::vector<core::Buffer>>)>;

/// Decodes an inference request, hands it to admission, encodes its outcome and counts it in the model's metrics.
/// `done` is called exactly once, on this thread or an instance's, whatever fails or throws.
void infer(const IncomingInfer& incoming, Encode encode, InferDone done);

/// The deadline that the client set, on our clock.
core::TimePoint deadline_of(const ::grpc::CallbackServerContext& context);

/// One ModelInfer. Owns itself from start() until gRPC is done with it.
class InferCall : public ::grpc::ServerUnaryReactor {
 public:
  InferCall(const ::grpc::CallbackServerContext& context, ::grpc::ByteBuffer& response)
      : context_(context), response_(response) {}

  void start(const models::Registry& models, const Extensions& extensions, const ::grpc::ByteBuffer& request);

  void OnCancel() override { cancelled_->store(true, std::memory_order_relaxed); }
  void OnDone() override { delete this; }

 private:
  const ::grpc::CallbackServerContext& context_;
  ::grpc::ByteBuffer& response_;
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace slipway::front::grpc
