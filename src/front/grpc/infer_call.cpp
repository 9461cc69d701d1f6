#include "front/grpc/infer_call.hpp"

#include <grpcpp/support/proto_buffer_reader.h>

#include <chrono>
#include <utility>
#include <vector>

#include "admission/admission.hpp"
#include "front/grpc/status.hpp"
#include "protocol/grpc_infer.hpp"

namespace slipway::front::grpc {

namespace {

core::Result<core::Request> decoded(const ::grpc::ByteBuffer& message) {
  ::grpc::ByteBuffer bytes(message);  // a reference more: the reader takes it apart
  ::grpc::ProtoBufferReader reader(&bytes);
  if (!reader.status().ok())
    return core::fail(core::Code::invalid_argument, "the message cannot be read: " + reader.status().error_message());
  return protocol::decode_infer_message(reader);
}

std::size_t total_of(const std::vector<core::Buffer>& parts) {
  std::size_t total = 0;
  for (const core::Buffer& part : parts) total += part.size();
  return total;
}

}  // namespace

core::TimePoint deadline_of(const ::grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return core::no_deadline;
  return core::now() + std::chrono::duration_cast<core::Duration>(deadline - std::chrono::system_clock::now());
}

void infer(const IncomingInfer& incoming, InferDone done) {
  const core::TimePoint received = core::now();
  auto request = decoded(incoming.message);
  if (!request) return done(std::unexpected(request.error()), nullptr, "");
  std::string id = request->id;
  auto version = incoming.models.find(request->model, request->version);
  if (!version) return done(std::unexpected(version.error()), nullptr, std::move(id));
  (*version)->probe().bytes_in(incoming.message.Length());
  request->received = received;
  request->deadline = incoming.deadline;
  request->cancelled = incoming.cancelled;
  admission::infer(*version, *std::move(request),
                   [held = *version, id = std::move(id), done = std::move(done)](
                       core::Result<core::Response> result) mutable { done(std::move(result), held, std::move(id)); });
}

void InferCall::start(const models::Registry& models, const ::grpc::ByteBuffer& request) {
  infer({models, request, deadline_of(context_), cancelled_},
        [this](core::Result<core::Response> result, const models::Handle& version, const std::string& /*id*/) {
          if (!result) return Finish(status_of(result.error()));
          const auto begin = core::now();
          std::vector<core::Buffer> parts = protocol::encode_infer_message(*std::move(result));
          version->probe().bytes_out(total_of(parts));
          response_ = message_of(std::move(parts));
          version->probe().encoded(core::now() - begin);
          Finish(::grpc::Status::OK);
        });
}

}  // namespace slipway::front::grpc
