#include "front/grpc/service.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "front/grpc/infer_call.hpp"
#include "front/grpc/status.hpp"
#include "front/grpc/unary.hpp"
#include "protocol/load_request.hpp"
#include "protocol/v2_documents.hpp"

namespace slipway::front::grpc {

namespace {

models::ModelControl::Done finishing(Reactor* reactor) {
  return [reactor](core::Result<void> outcome) {
    reactor->Finish(outcome ? ::grpc::Status::OK : status_of(outcome.error()));
  };
}

}  // namespace

Reactor* Service::ModelInfer(Context* context, const ::grpc::ByteBuffer* request, ::grpc::ByteBuffer* response) {
  auto* call = new InferCall(*context, *response);  // ends itself
  call->start(models_, extensions_, *request);
  return call;
}

::grpc::ServerBidiReactor<::grpc::ByteBuffer, ::grpc::ByteBuffer>* Service::ModelStreamInfer(Context* context) {
  return StreamCall::start(models_, extensions_, streams_, *context);
}

Reactor* Service::ServerLive(Context* context, const inference::ServerLiveRequest* /*request*/,
                             inference::ServerLiveResponse* response) {
  response->set_live(true);
  return finished(context, ::grpc::Status::OK);
}

Reactor* Service::ServerReady(Context* context, const inference::ServerReadyRequest* /*request*/,
                              inference::ServerReadyResponse* response) {
  response->set_ready(models_.ready());
  return finished(context, ::grpc::Status::OK);
}

Reactor* Service::ModelReady(Context* context, const inference::ModelReadyRequest* request,
                             inference::ModelReadyResponse* response) {
  response->set_ready(models_.find(request->name(), request->version()).has_value());
  return finished(context, ::grpc::Status::OK);
}

Reactor* Service::ServerMetadata(Context* context, const inference::ServerMetadataRequest* /*request*/,
                                 inference::ServerMetadataResponse* response) {
  return answer(context, *response, protocol::server_metadata(identity_of(extensions_)));
}

Reactor* Service::ModelMetadata(Context* context, const inference::ModelMetadataRequest* request,
                                inference::ModelMetadataResponse* response) {
  const auto document = [&]() -> core::Result<std::string> {
    TRY(const auto version, models_.find(request->name(), request->version()));
    TRY(const auto versions, models_.versions(request->name()));
    return protocol::model_metadata(*version, versions);
  };
  return answer(context, *response, document());
}

Reactor* Service::ModelConfig(Context* context, const inference::ModelConfigRequest* request,
                              inference::ModelConfigResponse* response) {
  const auto version = models_.find(request->name(), request->version());
  if (!version) return finished(context, status_of(version.error()));
  return finished(context, fill(*response->mutable_config(), protocol::model_config(**version)));
}

Reactor* Service::ModelStatistics(Context* context, const inference::ModelStatisticsRequest* request,
                                  inference::ModelStatisticsResponse* response) {
  const auto document = [&]() -> core::Result<std::string> {
    std::vector<models::Handle> versions;
    if (request->name().empty()) {
      versions = models_.all();
    } else if (request->version().empty()) {
      TRY(versions, models_.versions(request->name()));
    } else {
      TRY(auto version, models_.find(request->name(), request->version()));
      versions.push_back(std::move(version));
    }
    return protocol::model_statistics(versions);
  };
  return answer(context, *response, document());
}

Reactor* Service::RepositoryIndex(Context* context, const inference::RepositoryIndexRequest* request,
                                  inference::RepositoryIndexResponse* response) {
  const std::string models = protocol::repository_index(models_.index(), request->ready());
  return answer(context, *response, fmt::format(R"({{"models":{}}})", models));
}

Reactor* Service::RepositoryModelLoad(Context* context, const inference::RepositoryModelLoadRequest* request,
                                      inference::RepositoryModelLoadResponse* /*response*/) {
  models::LoadOptions options;
  for (const auto& [name, value] : request->parameters()) {
    if (name == "config") {
      options.config = value.string_param();
    } else if (name.starts_with(protocol::file_prefix)) {
      options.files.emplace_back(name.substr(protocol::file_prefix.size()), value.bytes_param());
    } else {
      return finished(context, status_of(protocol::unknown_load_parameter(name)));
    }
  }
  Reactor* reactor = context->DefaultReactor();
  extensions_.control.load(request->model_name(), std::move(options), finishing(reactor));
  return reactor;
}

Reactor* Service::RepositoryModelUnload(Context* context, const inference::RepositoryModelUnloadRequest* request,
                                        inference::RepositoryModelUnloadResponse* /*response*/) {
  Reactor* reactor = context->DefaultReactor();
  extensions_.control.unload(request->model_name(), finishing(reactor));
  return reactor;
}

}  // namespace slipway::front::grpc
