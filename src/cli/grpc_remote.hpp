#pragma once

#include <grpc_service.grpc.pb.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/http_client.hpp"
#include "core/error.hpp"
#include "core/shared_region.hpp"
#include "core/tensor.hpp"
#include "measure/shared_slots.hpp"

namespace slipway::cli {

/// A running server that speaks the Open Inference Protocol over gRPC, asked within one limit a question; each blocks.
/// One thread. unavailable when nobody answers; else the code that the server gave.
///
///   GrpcRemote remote(url, 10s);
///   TRY(const auto named, remote.model());
///   TRY(const auto inputs, remote.inputs(named));
class GrpcRemote {
 public:
  /// A model, and a version where one was named.
  struct Named {
    std::string model;
    std::string version;
  };
  GrpcRemote(Url url, std::chrono::milliseconds limit);

  /// HOST:PORT
  const std::string& address() const { return address_; }
  /// The model that the address names (/NAME, or /v2/models/NAME as over HTTP, with /versions/N behind), or the one
  /// that the server lists.
  core::Result<Named> model() const;
  core::Result<std::vector<core::TensorInfo>> inputs(const Named& named) const;
  /// Asks the model once, and tells how large its outputs are. unavailable when nobody answers; else invalid_argument.
  core::Result<std::vector<measure::OutputRoom>> output_rooms(const Named& named,
                                                              const std::vector<core::Tensor>& inputs) const;
  /// Whether the server's metadata lists that extension.
  core::Result<bool> has_extension(std::string_view name) const;
  /// Registers and unregisters a region of system shared memory.
  core::Result<void> add_region(const core::RegionSpec& region) const;
  core::Result<void> remove_region(const std::string& name) const;

 private:
  template <class Answer, class Question>
  core::Result<Answer> ask(::grpc::Status (inference::GRPCInferenceService::Stub::*call)(::grpc::ClientContext*,
                                                                                         const Question&, Answer*),
                           const Question& question) const;

  std::string path_;
  std::string address_;
  std::chrono::milliseconds limit_;
  std::unique_ptr<inference::GRPCInferenceService::Stub> stub_;
};

/// A request with its tensors in raw_input_contents.
inference::ModelInferRequest grpc_question(const GrpcRemote::Named& named, const std::vector<core::Tensor>& inputs);

}  // namespace slipway::cli
