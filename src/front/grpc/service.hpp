#pragma once

#include <grpc_service.grpc.pb.h>

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
  Service(const models::Registry& models, models::ModelControl& control) : models_(models), control_(control) {}
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

 private:
  const models::Registry& models_;
  models::ModelControl& control_;
  OpenStreams streams_;
};

}  // namespace slipway::front::grpc
