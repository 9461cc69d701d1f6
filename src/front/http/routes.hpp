#pragma once

#include "front/extensions.hpp"
#include "front/http/router.hpp"
#include "metrics/registry.hpp"
#include "models/model_control.hpp"
#include "models/registry.hpp"
#include "speech/jobs.hpp"
#include "speech/service.hpp"

namespace slipway::front::http {

/// Each adds the endpoints of one subject; everything given must outlive the router.
void add_v2_routes(Router& router, const models::Registry& models, const Extensions& extensions);
void add_repository_routes(Router& router, const models::Registry& models, models::ModelControl& control);
void add_shared_memory_routes(Router& router, core::SharedMemory& memory);
void add_generate_routes(Router& router, const models::Registry& models);  ///< …/generate, …/generate_stream
void add_logging_routes(Router& router, protocol::LogControl& log);        ///< /v2/logging
void add_trace_routes(Router& router, const models::Registry& models, metrics::Tracer& tracer);  ///< …/trace/setting
void add_v1_routes(Router& router, const models::Registry& models);       ///< TensorFlow Serving's and KServe V1's
void add_service_routes(Router& router, const models::Registry& models);  ///< POST /services/NAME
void add_docs_routes(Router& router, const models::Registry& models);     ///< /openapi.json, /docs
/// Watson's. Of a stream so many bytes may wait to be heard.
void add_speech_routes(Router& router, speech::Service& service, speech::Jobs& jobs, std::size_t request_bytes_max);
void add_transcription_routes(Router& router, speech::Service& service);  ///< OpenAI's
void add_metrics_routes(Router& router, const metrics::Registry& metrics);

}  // namespace slipway::front::http
