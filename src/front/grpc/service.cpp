#include "front/grpc/service.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "front/grpc/infer_call.hpp"
#include "front/grpc/messages.hpp"
#include "front/grpc/stream_call.hpp"
#include "protocol/load_request.hpp"
#include "protocol/v2_documents.hpp"

namespace slipway::front::grpc {

namespace {

/// Fills `message` from the document that HTTP gives: its fields have the names of the message's.
core::Result<void> fill(google::protobuf::Message& message, const core::Result<std::string>& document) {
  if (!document) return std::unexpected(document.error());
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto read = google::protobuf::util::JsonStringToMessage(*document, &message, options);
  if (read.ok()) return {};
  return core::fail(core::Code::internal, "the document does not fit its message: " + read.ToString());
}

std::string path_of(std::string_view name) { return fmt::format("/inference.GRPCInferenceService/{}", name); }

/// Adds a call that takes one message and gives one at once.
template <class Request, class Response>
void add(Methods& methods, std::string_view name, Service& service,
         core::Result<void> (Service::*answer)(const Request&, Response&)) {
  methods[path_of(name)] = unary([&service, answer](const std::shared_ptr<Call>& call, const core::Buffer& message) {
    const auto request = parsed<Request>(message);
    if (!request) return call->finish(std::unexpected(request.error()));
    Response response;
    if (auto answered = (service.*answer)(*request, response); !answered) return call->finish(std::move(answered));
    call->reply(bytes_of(response));
  });
}

/// Adds a call that takes one message, and gives an empty one when what it asks for is done.
template <class Request>
void add(Methods& methods, std::string_view name, Service& service,
         void (Service::*begin)(const Request&, models::ModelControl::Done)) {
  methods[path_of(name)] = unary([&service, begin](const std::shared_ptr<Call>& call, const core::Buffer& message) {
    const auto request = parsed<Request>(message);
    if (!request) return call->finish(std::unexpected(request.error()));
    (service.*begin)(*request, [call](core::Result<void> outcome) {
      if (!outcome) return call->finish(std::move(outcome));
      call->reply({});
    });
  });
}

}  // namespace

void Service::add_to(Methods& methods) {
  methods[path_of("ModelInfer")] =
      unary([this](const std::shared_ptr<Call>& call, const core::Buffer& message) { model_infer(call, message); });
  methods[path_of("ModelStreamInfer")] = [this](const std::shared_ptr<Call>& call) {
    return std::make_shared<StreamCall>(models_, extensions_, call);
  };
  add(methods, "ServerLive", *this, &Service::server_live);
  add(methods, "ServerReady", *this, &Service::server_ready);
  add(methods, "ModelReady", *this, &Service::model_ready);
  add(methods, "ServerMetadata", *this, &Service::server_metadata);
  add(methods, "ModelMetadata", *this, &Service::model_metadata);
  add(methods, "ModelConfig", *this, &Service::model_config);
  add(methods, "ModelStatistics", *this, &Service::model_statistics);
  add(methods, "RepositoryIndex", *this, &Service::repository_index);
  add(methods, "RepositoryModelLoad", *this, &Service::load);
  add(methods, "RepositoryModelUnload", *this, &Service::unload);
  add(methods, "SystemSharedMemoryStatus", *this, &Service::system_memory_status);
  add(methods, "SystemSharedMemoryRegister", *this, &Service::register_system_memory);
  add(methods, "SystemSharedMemoryUnregister", *this, &Service::unregister_system_memory);
  add(methods, "CudaSharedMemoryStatus", *this, &Service::cuda_memory_status);
  add(methods, "CudaSharedMemoryRegister", *this, &Service::register_cuda_memory);
  add(methods, "CudaSharedMemoryUnregister", *this, &Service::unregister_cuda_memory);
  add(methods, "LogSettings", *this, &Service::log_settings);
  add(methods, "TraceSetting", *this, &Service::trace_setting);
}

void Service::model_infer(const std::shared_ptr<Call>& call, const core::Buffer& message) {
  if (!refusing_.load()) return infer_one(models_, extensions_, call, message);
  ++refused_;
  call->finish(core::fail(core::Code::unavailable, "the server is ending"));
}

core::Result<void> Service::server_live(const inference::ServerLiveRequest& /*request*/,
                                        inference::ServerLiveResponse& response) {
  response.set_live(true);
  return {};
}

core::Result<void> Service::server_ready(const inference::ServerReadyRequest& /*request*/,
                                         inference::ServerReadyResponse& response) {
  response.set_ready(models_.ready());
  return {};
}

core::Result<void> Service::model_ready(const inference::ModelReadyRequest& request,
                                        inference::ModelReadyResponse& response) {
  response.set_ready(models_.find(request.name(), request.version()).has_value());
  return {};
}

core::Result<void> Service::server_metadata(const inference::ServerMetadataRequest& /*request*/,
                                            inference::ServerMetadataResponse& response) {
  return fill(response, protocol::server_metadata(identity_of(extensions_)));
}

core::Result<void> Service::model_metadata(const inference::ModelMetadataRequest& request,
                                           inference::ModelMetadataResponse& response) {
  TRY(const auto version, models_.find(request.name(), request.version()));
  TRY(const auto versions, models_.versions(request.name()));
  return fill(response, protocol::model_metadata(*version, versions));
}

core::Result<void> Service::model_config(const inference::ModelConfigRequest& request,
                                         inference::ModelConfigResponse& response) {
  TRY(const auto version, models_.find(request.name(), request.version()));
  return fill(*response.mutable_config(), protocol::model_config(*version));
}

core::Result<void> Service::model_statistics(const inference::ModelStatisticsRequest& request,
                                             inference::ModelStatisticsResponse& response) {
  std::vector<models::Handle> versions;
  if (request.name().empty()) {
    versions = models_.all();
  } else if (request.version().empty()) {
    TRY(versions, models_.versions(request.name()));
  } else {
    TRY(auto version, models_.find(request.name(), request.version()));
    versions.push_back(std::move(version));
  }
  return fill(response, protocol::model_statistics(versions));
}

core::Result<void> Service::repository_index(const inference::RepositoryIndexRequest& request,
                                             inference::RepositoryIndexResponse& response) {
  const std::string models = protocol::repository_index(models_.index(), request.ready());
  return fill(response, fmt::format(R"({{"models":{}}})", models));
}

void Service::load(const inference::RepositoryModelLoadRequest& request, models::ModelControl::Done done) {
  models::LoadOptions options;
  for (const auto& [name, value] : request.parameters()) {
    if (name == "config") {
      options.config = value.string_param();
    } else if (name.starts_with(protocol::file_prefix)) {
      options.files.emplace_back(name.substr(protocol::file_prefix.size()), value.bytes_param());
    } else {
      return done(std::unexpected(protocol::unknown_load_parameter(name)));
    }
  }
  extensions_.control.load(request.model_name(), std::move(options), std::move(done));
}

void Service::unload(const inference::RepositoryModelUnloadRequest& request, models::ModelControl::Done done) {
  extensions_.control.unload(request.model_name(), std::move(done));
}

}  // namespace slipway::front::grpc
