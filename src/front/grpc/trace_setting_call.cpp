#include <utility>

#include "front/grpc/service.hpp"
#include "metrics/trace_settings.hpp"

namespace slipway::front::grpc {

core::Result<void> Service::trace_setting(const inference::TraceSettingRequest& request,
                                          inference::TraceSettingResponse& response) {
  if (!request.model_name().empty()) TRY_VOID(models_.versions(request.model_name()));
  metrics::TraceChanges changes;
  changes.reserve(request.settings().size());
  for (const auto& [name, setting] : request.settings())
    changes.emplace_back(name, std::vector<std::string>(setting.value().begin(), setting.value().end()));
  metrics::Tracer& tracer = extensions_.tracer;
  // a request without changes asks, and must not hand on what was collected
  TRY(const auto settings, changes.empty() ? core::Result<metrics::TraceSettings>(tracer.settings(request.model_name()))
                                           : tracer.update(request.model_name(), changes));
  for (auto& [name, values] : metrics::named(settings)) {
    auto& filled = (*response.mutable_settings())[name];
    for (const std::string& value : values) filled.add_value(value);
  }
  return {};
}

}  // namespace slipway::front::grpc
