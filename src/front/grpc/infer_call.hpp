#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "front/extensions.hpp"
#include "front/grpc/call.hpp"
#include "models/registry.hpp"
#include "protocol/grpc_infer.hpp"
#include "protocol/output_form.hpp"

namespace slipway::front::grpc {

/// What a request comes with.
struct IncomingInfer {
  const models::Registry& models;
  const Extensions& extensions;
  const core::Buffer& message;
  const std::shared_ptr<Call>& call;
};
/// What became of a request.
struct InferOutcome {
  core::Result<core::Response> result;
  protocol::StreamRequest request{};  ///< as far as it could be read
  protocol::OutputForm form{};
};
/// Makes a message of it, from which it may take the result; nothing for an error that is a call's status.
using Encode = std::function<std::vector<core::Buffer>(InferOutcome& outcome)>;
/// Takes the message, or the error.
using InferDone = std::move_only_function<void(core::Result<std::vector<core::Buffer>>)>;

/// Decodes an inference request, hands it to admission, encodes its outcome and counts it in the model's metrics.
/// `done` is called exactly once, on this thread or an instance's, whatever fails or throws.
void infer(const IncomingInfer& incoming, Encode encode, InferDone done);

/// One ModelInfer: answers the call with the outcome.
void infer_one(const models::Registry& models, const Extensions& extensions, const std::shared_ptr<Call>& call,
               const core::Buffer& message);

}  // namespace slipway::front::grpc
