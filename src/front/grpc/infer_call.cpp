#include "front/grpc/infer_call.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <exception>
#include <limits>
#include <utility>
#include <vector>

#include "admission/admission.hpp"
#include "core/once.hpp"
#include "protocol/grpc_infer.hpp"

namespace slipway::front::grpc {

namespace {

/// What protobuf can read as one message.
constexpr std::size_t most_message_bytes = std::numeric_limits<std::int32_t>::max();

core::Result<protocol::DecodedInfer> decoded(const core::Buffer& message, const core::SharedMemory& memory) {
  if (message.size() > most_message_bytes) return core::invalid("a message over 2 GiB is not taken");
  google::protobuf::io::ArrayInputStream bytes(message.data(), static_cast<int>(message.size()));
  return protocol::decode_infer_message(bytes, message.size(), &memory);
}

std::string id_of(const core::Buffer& message) {
  if (message.size() > most_message_bytes) return {};
  google::protobuf::io::ArrayInputStream bytes(message.data(), static_cast<int>(message.size()));
  return protocol::id_of_infer_message(bytes, message.size());
}

/// The outcome as bytes; an error that `encode` has no bytes for, or what it throws, as the error.
core::Result<std::vector<core::Buffer>> encoded(const Encode& encode, InferOutcome outcome) {
  const bool answered = outcome.result.has_value();
  try {
    std::vector<core::Buffer> parts = encode(outcome);
    if (!answered && parts.empty()) return std::unexpected(std::move(outcome.result).error());
    const std::size_t bytes = core::total_bytes(parts);
    if (bytes <= most_message_bytes) return parts;
    outcome.result = core::fail(
        core::Code::resource_exhausted,
        fmt::format("the answer has {} bytes, a gRPC message has {} at most; ask for fewer rows at a time, or for "
                    "outputs in shared memory",
                    bytes, most_message_bytes));
    return encoded(encode, std::move(outcome));
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

void infer(const IncomingInfer& incoming, Encode encode, InferDone done) {
  auto once = core::once<std::vector<core::Buffer>>(std::move(done));
  const core::TimePoint received = core::now();
  try {
    auto message = decoded(incoming.message, incoming.extensions.memory);
    if (!message)
      return once(
          encoded(encode, {.result = std::unexpected(message.error()), .request = {.id = id_of(incoming.message)}}));
    core::Request& request = message->request;
    auto version = incoming.models.find(request.model, request.version);
    if (!version)
      return once(encoded(encode, {.result = std::unexpected(version.error()),
                                   .request = {.id = std::move(request.id),
                                               .model = std::move(request.model),
                                               .version = std::move(request.version)}}));
    (*version)->probe().bytes_in(incoming.message.size());
    request.received = received;
    request.deadline = incoming.call->deadline();
    request.cancelled = Call::flag(incoming.call);
    protocol::StreamRequest asked{.id = request.id, .model = (*version)->name(), .version = (*version)->version()};
    admission::infer(*version, std::move(request),
                     [held = *version, received, asked = std::move(asked), form = std::move(message->form),
                      encode = std::move(encode), once = std::move(once)](core::Result<core::Response> result) mutable {
                       const auto begin = core::now();
                       const core::Timing timing = result ? result->timing : core::Timing();
                       if (result) result = formed(*std::move(result), form, *held);
                       const std::string failure = result ? "" : result.error().message();
                       auto answer = encoded(encode, {std::move(result), std::move(asked), std::move(form)});
                       const auto end = core::now();
                       held->probe().encoded(end - begin);
                       if (failure.empty()) {
                         held->probe().trace(received, timing, end);
                       } else {
                         held->probe().trace_failure(received, failure);
                       }
                       held->probe().answered(end - received, answer ? core::total_bytes(*answer) : 0);
                       once(std::move(answer));
                     });
  } catch (const std::exception& error) {
    once(core::fail(core::Code::internal, error.what()));
  }
}

void infer_one(const models::Registry& models, const Extensions& extensions, const std::shared_ptr<Call>& call,
               const core::Buffer& message) {
  const auto encode = [](InferOutcome& outcome) {
    return outcome.result ? protocol::encode_infer_message(*std::move(outcome.result), outcome.form)
                          : std::vector<core::Buffer>();
  };
  infer({models, extensions, message, call}, encode, [call](core::Result<std::vector<core::Buffer>> answer) {
    if (!answer) return call->finish(std::unexpected(std::move(answer).error()));
    call->reply(*std::move(answer));
  });
}

}  // namespace slipway::front::grpc
