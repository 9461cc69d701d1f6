#pragma once

#include <grpc_service.grpc.pb.h>

#include <utility>

#include "front/extensions.hpp"
#include "front/grpc/stream_call.hpp"
#include "models/model_control.hpp"
#include "models/registry.hpp"

namespace slipway::front::grpc {

using Protocol = inference::GRPCInferenceService;
/// Every call of the protocol without a thread that waits for it: inference as bytes, the others as messages.
using Calls = Protocol::WithRawCallbackMethod_ModelInfer<Protocol::WithRawCallbackMethod_ModelStreamInfer<
    Protocol::WithCallbackMethod_ServerLive<Protocol::WithCallbackMethod_ServerReady<
        Protocol::WithCallbackMethod_ModelReady<Protocol::WithCallbackMethod_ServerMetadata<
            Protocol::WithCallbackMethod_ModelMetadata<Protocol::WithCallbackMethod_ModelConfig<
                Protocol::WithCallbackMethod_ModelStatistics<Protocol::WithCallbackMethod_RepositoryIndex<
                    Protocol::WithCallbackMethod_RepositoryModelLoad<Protocol::WithCallbackMethod_RepositoryModelUnload<
                        Protocol::WithCallbackMethod_SystemSharedMemoryStatus<
                            Protocol::WithCallbackMethod_SystemSharedMemoryRegister<
                                Protocol::WithCallbackMethod_SystemSharedMemoryUnregister<
                                    Protocol::WithCallbackMethod_CudaSharedMemoryStatus<
                                        Protocol::WithCallbackMethod_CudaSharedMemoryRegister<
                                            Protocol::WithCallbackMethod_CudaSharedMemoryUnregister<
                                                Protocol::WithCallbackMethod_TraceSetting<
                                                    Protocol::WithCallbackMethod_LogSettings<
                                                        Protocol::Service>>>>>>>>>>>>>>>>>>>>;

/// The calls of inference.GRPCInferenceService. Those of inference take and give bytes (`infer_call.hpp` and
/// `stream_call.hpp` do them); the others fill their message from the document that HTTP gives. A call that is not here
/// is answered UNIMPLEMENTED. Called on gRPC's threads.
class Service : public Calls {
 public:
  Service(const models::Registry& models, Extensions extensions)
      : models_(models), extensions_(std::move(extensions)) {}
  /// Ends the streams once what they have read is answered.
  void finish() { streams_.finish(); }

  ::grpc::ServerUnaryReactor* ModelInfer(::grpc::CallbackServerContext* context, const ::grpc::ByteBuffer* request,
                                         ::grpc::ByteBuffer* response) override;
  ::grpc::ServerBidiReactor<::grpc::ByteBuffer, ::grpc::ByteBuffer>* ModelStreamInfer(
      ::grpc::CallbackServerContext* context) override;

  ::grpc::ServerUnaryReactor* ServerLive(::grpc::CallbackServerContext* context,
                                         const inference::ServerLiveRequest* request,
                                         inference::ServerLiveResponse* response) override;
  ::grpc::ServerUnaryReactor* ServerReady(::grpc::CallbackServerContext* context,
                                          const inference::ServerReadyRequest* request,
                                          inference::ServerReadyResponse* response) override;
  ::grpc::ServerUnaryReactor* ModelReady(::grpc::CallbackServerContext* context,
                                         const inference::ModelReadyRequest* request,
                                         inference::ModelReadyResponse* response) override;
  ::grpc::ServerUnaryReactor* ServerMetadata(::grpc::CallbackServerContext* context,
                                             const inference::ServerMetadataRequest* request,
                                             inference::ServerMetadataResponse* response) override;
  ::grpc::ServerUnaryReactor* ModelMetadata(::grpc::CallbackServerContext* context,
                                            const inference::ModelMetadataRequest* request,
                                            inference::ModelMetadataResponse* response) override;
  ::grpc::ServerUnaryReactor* ModelConfig(::grpc::CallbackServerContext* context,
                                          const inference::ModelConfigRequest* request,
                                          inference::ModelConfigResponse* response) override;
  ::grpc::ServerUnaryReactor* ModelStatistics(::grpc::CallbackServerContext* context,
                                              const inference::ModelStatisticsRequest* request,
                                              inference::ModelStatisticsResponse* response) override;
  ::grpc::ServerUnaryReactor* RepositoryIndex(::grpc::CallbackServerContext* context,
                                              const inference::RepositoryIndexRequest* request,
                                              inference::RepositoryIndexResponse* response) override;
  ::grpc::ServerUnaryReactor* RepositoryModelLoad(::grpc::CallbackServerContext* context,
                                                  const inference::RepositoryModelLoadRequest* request,
                                                  inference::RepositoryModelLoadResponse* response) override;
  ::grpc::ServerUnaryReactor* RepositoryModelUnload(::grpc::CallbackServerContext* context,
                                                    const inference::RepositoryModelUnloadRequest* request,
                                                    inference::RepositoryModelUnloadResponse* response) override;

  // shared_memory_calls.cpp
  ::grpc::ServerUnaryReactor* SystemSharedMemoryStatus(::grpc::CallbackServerContext* context,
                                                       const inference::SystemSharedMemoryStatusRequest* request,
                                                       inference::SystemSharedMemoryStatusResponse* response) override;
  ::grpc::ServerUnaryReactor* SystemSharedMemoryRegister(
      ::grpc::CallbackServerContext* context, const inference::SystemSharedMemoryRegisterRequest* request,
      inference::SystemSharedMemoryRegisterResponse* response) override;
  ::grpc::ServerUnaryReactor* SystemSharedMemoryUnregister(
      ::grpc::CallbackServerContext* context, const inference::SystemSharedMemoryUnregisterRequest* request,
      inference::SystemSharedMemoryUnregisterResponse* response) override;
  ::grpc::ServerUnaryReactor* CudaSharedMemoryStatus(::grpc::CallbackServerContext* context,
                                                     const inference::CudaSharedMemoryStatusRequest* request,
                                                     inference::CudaSharedMemoryStatusResponse* response) override;
  ::grpc::ServerUnaryReactor* CudaSharedMemoryRegister(::grpc::CallbackServerContext* context,
                                                       const inference::CudaSharedMemoryRegisterRequest* request,
                                                       inference::CudaSharedMemoryRegisterResponse* response) override;
  ::grpc::ServerUnaryReactor* CudaSharedMemoryUnregister(
      ::grpc::CallbackServerContext* context, const inference::CudaSharedMemoryUnregisterRequest* request,
      inference::CudaSharedMemoryUnregisterResponse* response) override;

  // log_settings_call.cpp
  ::grpc::ServerUnaryReactor* LogSettings(::grpc::CallbackServerContext* context,
                                          const inference::LogSettingsRequest* request,
                                          inference::LogSettingsResponse* response) override;
  // trace_setting_call.cpp
  ::grpc::ServerUnaryReactor* TraceSetting(::grpc::CallbackServerContext* context,
                                           const inference::TraceSettingRequest* request,
                                           inference::TraceSettingResponse* response) override;

 private:
  const models::Registry& models_;
  Extensions extensions_;
  OpenStreams streams_;
};

}  // namespace slipway::front::grpc
