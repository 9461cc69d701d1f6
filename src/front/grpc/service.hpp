#pragma once

#include <grpc_service.pb.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "front/extensions.hpp"
#include "front/grpc/call.hpp"
#include "models/registry.hpp"

namespace slipway::front::grpc {

/// The calls of inference.GRPCInferenceService. Those of inference take and give bytes (`infer_call.hpp` and
/// `stream_call.hpp` do them); the others fill their message from the document that HTTP gives. A call that is not here
/// is answered UNIMPLEMENTED. Called on the connections' threads.
class Service {
 public:
  Service(const models::Registry& models, Extensions extensions)
      : models_(models), extensions_(std::move(extensions)) {}

  /// The service must outlive `methods`.
  void add_to(Methods& methods);
  /// Refuses inferences from now on.
  void finish() { refusing_.store(true); }
  /// Inferences that were refused so.
  std::uint64_t refused() const { return refused_.load(); }

 private:
  void model_infer(const std::shared_ptr<Call>& call, const core::Buffer& message);

  core::Result<void> server_live(const inference::ServerLiveRequest& request, inference::ServerLiveResponse& response);
  core::Result<void> server_ready(const inference::ServerReadyRequest& request,
                                  inference::ServerReadyResponse& response);
  core::Result<void> model_ready(const inference::ModelReadyRequest& request, inference::ModelReadyResponse& response);
  core::Result<void> server_metadata(const inference::ServerMetadataRequest& request,
                                     inference::ServerMetadataResponse& response);
  core::Result<void> model_metadata(const inference::ModelMetadataRequest& request,
                                    inference::ModelMetadataResponse& response);
  core::Result<void> model_config(const inference::ModelConfigRequest& request,
                                  inference::ModelConfigResponse& response);
  core::Result<void> model_statistics(const inference::ModelStatisticsRequest& request,
                                      inference::ModelStatisticsResponse& response);
  core::Result<void> repository_index(const inference::RepositoryIndexRequest& request,
                                      inference::RepositoryIndexResponse& response);
  void load(const inference::RepositoryModelLoadRequest& request, models::ModelControl::Done done);
  void unload(const inference::RepositoryModelUnloadRequest& request, models::ModelControl::Done done);

  // shared_memory_calls.cpp
  core::Result<void> system_memory_status(const inference::SystemSharedMemoryStatusRequest& request,
                                          inference::SystemSharedMemoryStatusResponse& response);
  core::Result<void> register_system_memory(const inference::SystemSharedMemoryRegisterRequest& request,
                                            inference::SystemSharedMemoryRegisterResponse& response);
  core::Result<void> unregister_system_memory(const inference::SystemSharedMemoryUnregisterRequest& request,
                                              inference::SystemSharedMemoryUnregisterResponse& response);
  core::Result<void> cuda_memory_status(const inference::CudaSharedMemoryStatusRequest& request,
                                        inference::CudaSharedMemoryStatusResponse& response);
  core::Result<void> register_cuda_memory(const inference::CudaSharedMemoryRegisterRequest& request,
                                          inference::CudaSharedMemoryRegisterResponse& response);
  core::Result<void> unregister_cuda_memory(const inference::CudaSharedMemoryUnregisterRequest& request,
                                            inference::CudaSharedMemoryUnregisterResponse& response);

  // log_settings_call.cpp
  core::Result<void> log_settings(const inference::LogSettingsRequest& request,
                                  inference::LogSettingsResponse& response);
  // trace_setting_call.cpp
  core::Result<void> trace_setting(const inference::TraceSettingRequest& request,
                                   inference::TraceSettingResponse& response);

  const models::Registry& models_;
  Extensions extensions_;
  std::atomic<bool> refusing_ = false;
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace slipway::front::grpc
