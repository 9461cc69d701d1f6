#pragma once

#include <functional>

#include "core/error.hpp"
#include "core/request.hpp"
#include "front/http/message.hpp"
#include "models/model_version.hpp"

namespace slipway::front::http {

/// Makes the answer of what the model gave; on the connection's thread or an instance's.
using EncodeAnswer = std::move_only_function<core::Result<HttpResponse>(models::ModelVersion&, core::Response)>;

/// What the doors for inference have in common behind their decoding: hands the decoded request to admission with the
/// time and the cancelling of `request`, encodes the outcome, counts both in the model's metrics and responds. A
/// request that could not be decoded is refused. `request` has been read: its body is not used any more.
void infer(const models::Handle& version, HttpRequest request, core::Result<core::Request> decoded, EncodeAnswer encode,
           Responder respond);

}  // namespace slipway::front::http
