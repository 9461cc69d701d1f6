#include "front/http/inference.hpp"

#include <utility>

#include "admission/admission.hpp"

namespace slipway::front::http {

namespace {

HttpResponse encoded(models::ModelVersion& version, core::TimePoint received, core::Result<core::Response> result,
                     EncodeAnswer& encode) {
  const auto refused = [&version, received](const core::Error& error) {
    version.probe().trace_failure(received, error.message());
    return HttpResponse::error(error);
  };
  if (!result) return refused(result.error());
  const core::Timing timing = result->timing;
  const auto start = core::now();
  auto answer = encode(version, *std::move(result));
  if (!answer) return refused(answer.error());
  const auto end = core::now();
  version.probe().encoded(end - start);
  version.probe().trace(received, timing, end);
  return *std::move(answer);
}

}  // namespace

void infer(const models::Handle& version, HttpRequest request, core::Result<core::Request> decoded, EncodeAnswer encode,
           Responder respond) {
  if (!decoded) {
    version->probe().rejected(decoded.error().code());
    version->probe().trace_failure(request.received, decoded.error().message());
    HttpResponse refusal = HttpResponse::error(decoded.error());
    version->probe().answered(core::now() - request.received, refusal.body_bytes());
    respond(std::move(refusal));
    return;
  }
  decoded->received = request.received;
  decoded->cancelled = std::move(request.cancelled);
  admission::infer(version, *std::move(decoded),
                   [held = version, received = request.received, encode = std::move(encode),
                    respond = std::move(respond)](core::Result<core::Response> result) mutable {
                     HttpResponse response = encoded(*held, received, std::move(result), encode);
                     held->probe().answered(core::now() - received, response.body_bytes());
                     respond(std::move(response));
                   });
}

}  // namespace slipway::front::http
