#include "front/grpc/infer_call.hpp"

#include <grpcpp/support/proto_buffer_reader.h>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "admission/admission.hpp"
#include "front/grpc/status.hpp"
#include "protocol/grpc_infer.hpp"

namespace slipway::front::grpc {

namespace {

core::Result<protocol::DecodedInfer> decoded(const ::grpc::ByteBuffer& message, const core::SharedMemory& memory) {
  ::grpc::ByteBuffer bytes(message);  // a reference more: the reader takes it apart
  ::grpc::ProtoBufferReader reader(&bytes);
  if (!reader.status().ok())
    return core::fail(core::Code::invalid_argument, "the message cannot be read: " + reader.status().error_message());
  return protocol::decode_infer_message(reader, message.Length(), &memory);
}

/// A completion that is called once: when it is dropped, with an error, so that no client waits for nothing and the
/// server can end.
class Once {
 public:
  explicit Once(InferDone done) : done_(std::move(done)) {}
  Once(Once&& other) noexcept : done_(std::exchange(other.done_, nullptr)) {}
  Once& operator=(Once&&) = delete;
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;
  ~Once() { call(core::fail(core::Code::internal, "the request was dropped without an answer")); }

  void call(core::Result<std::vector<core::Buffer>> answer) {
    if (auto done = std::exchange(done_, nullptr)) done(std::move(answer));
  }

 private:
  InferDone done_;
};

/// The outcome as bytes; an error that `encode` has no bytes for, or what it throws, as the error.
core::Result<std::vector<core::Buffer>> encoded(const Encode& encode, InferOutcome outcome) {
  std::optional<core::Error> failure;
  if (!outcome.result) failure = outcome.result.error();
  try {
    std::vector<core::Buffer> parts = encode(std::move(outcome));
    if (failure && parts.empty()) return std::unexpected(*std::move(failure));
    return parts;
  } catch (const std::exception& error) {
    return core::fail(core::Code::internal, error.what());
  }
}

core::Result<core::Response> formed(core::Response response, const protocol::OutputForm& form,
                                    const models::ModelVersion& version) {
  TRY_VOID(protocol::form_outputs(response, form, protocol::origin_of(version)));
  return response;
}

}  // namespace

core::TimePoint deadline_of(const ::grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return core::no_deadline;
  return core::now() + std::chrono::duration_cast<core::Duration>(deadline - std::chrono::system_clock::now());
}

void infer(const IncomingInfer& incoming, Encode encode, InferDone done) {
  Once once(std::move(done));
  const core::TimePoint received = core::now();
  try {
    auto message = decoded(incoming.message, incoming.extensions.memory);
    if (!message) return once.call(encoded(encode, {.result = std::unexpected(message.error()), .id = ""}));
    core::Request& request = message->request;
    auto version = incoming.models.find(request.model, request.version);
    if (!version)
      return once.call(encoded(encode, {.result = std::unexpected(version.error()), .id = std::move(request.id)}));
    (*version)->probe().bytes_in(incoming.message.Length());
    request.received = received;
    request.deadline = incoming.deadline;
    request.cancelled = incoming.cancelled;
    std::string id = request.id;
    admission::infer(*version, std::move(request),
                     [held = *version, received, id = std::move(id), form = std::move(message->form),
                      encode = std::move(encode), once = std::move(once)](core::Result<core::Response> result) mutable {
                       const auto begin = core::now();
                       const core::Timing timing = result ? result->timing : core::Timing();
                       if (result) result = formed(*std::move(result), form, *held);
                       const std::string failure = result ? "" : result.error().message();
                       auto answer = encoded(encode, {std::move(result), std::move(id), std::move(form)});
                       const auto end = core::now();
                       held->probe().encoded(end - begin);
                       if (failure.empty()) {
                         held->probe().trace(received, timing, end);
                       } else {
                         held->probe().trace_failure(received, failure);
                       }
                       held->probe().answered(end - received, answer ? core::total_bytes(*answer) : 0);
                       once.call(std::move(answer));
                     });
  } catch (const std::exception& error) {
    once.call(core::fail(core::Code::internal, error.what()));
  }
}

void InferCall::start(const models::Registry& models, const Extensions& extensions, const ::grpc::ByteBuffer& request) {
  const auto encode = [](InferOutcome outcome) {
    return outcome.result ? protocol::encode_infer_message(*std::move(outcome.result), outcome.form)
                          : std::vector<core::Buffer>();
  };
  infer({models, extensions, request, deadline_of(context_), cancelled_}, encode,
        [this](core::Result<std::vector<core::Buffer>> answer) {
          if (!answer) return Finish(status_of(answer.error()));
          response_ = message_of(*std::move(answer));
          Finish(::grpc::Status::OK);
        });
}

}  // namespace slipway::front::grpc
