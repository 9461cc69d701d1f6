#include <cstdint>
#include <string>
#include <utility>

#include "front/grpc/service.hpp"
#include "protocol/log_settings.hpp"

namespace slipway::front::grpc {

namespace {

core::Parameters changes_of(const inference::LogSettingsRequest& request) {
  using Value = inference::LogSettingsRequest::SettingValue;
  core::Parameters changes;
  changes.reserve(request.settings().size());
  for (const auto& [name, value] : request.settings()) {
    switch (value.parameter_choice_case()) {
      case Value::kBoolParam: changes.emplace_back(name, value.bool_param()); break;
      case Value::kUint32Param: changes.emplace_back(name, std::int64_t{value.uint32_param()}); break;
      case Value::kStringParam: changes.emplace_back(name, value.string_param()); break;
      case Value::PARAMETER_CHOICE_NOT_SET: break;
    }
  }
  return changes;
}

void fill(inference::LogSettingsResponse& response, const protocol::LogSettings& settings) {
  for (const auto& [name, value] : protocol::named(settings)) {
    auto& filled = (*response.mutable_settings())[name];
    if (const auto* flag = std::get_if<bool>(&value)) {
      filled.set_bool_param(*flag);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      filled.set_uint32_param(static_cast<std::uint32_t>(*number));
    } else {
      filled.set_string_param(std::get<std::string>(value));
    }
  }
}

}  // namespace

core::Result<void> Service::log_settings(const inference::LogSettingsRequest& request,
                                         inference::LogSettingsResponse& response) {
  TRY(const auto settings, extensions_.log.update(changes_of(request)));
  fill(response, settings);
  return {};
}

}  // namespace slipway::front::grpc
