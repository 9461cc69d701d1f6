#include "cli/grpc_remote.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/address.hpp"

namespace slipway::cli {

using core::Code;

GrpcRemote::GrpcRemote(Url url, std::chrono::milliseconds limit) : path_(std::move(url.path)), limit_(limit) {
  address_ = core::host_and_port(url.host, url.port);
  stub_ =
      inference::GRPCInferenceService::NewStub(::grpc::CreateChannel(address_, ::grpc::InsecureChannelCredentials()));
}

template <class Answer, class Question>
core::Result<Answer> GrpcRemote::ask(
    ::grpc::Status (inference::GRPCInferenceService::Stub::*call)(::grpc::ClientContext*, const Question&, Answer*),
    const Question& question) const {
  ::grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + limit_);
  Answer answer;
  const ::grpc::Status status = ((*stub_).*call)(&context, question, &answer);
  if (status.ok()) return answer;
  return core::fail(static_cast<Code>(static_cast<int>(status.error_code())),
                    fmt::format("grpc://{}: {}", address_, status.error_message()));
}

core::Result<GrpcRemote::Named> GrpcRemote::model() const {
  std::string_view path = path_;
  constexpr std::string_view models = "/v2/models/";
  constexpr std::string_view versions = "/versions/";
  if (path.starts_with(models)) path.remove_prefix(models.size() - 1);
  if (!path.empty()) {
    path.remove_prefix(1);
    const auto end = path.find(versions);
    const std::string_view version = end == std::string_view::npos ? "" : path.substr(end + versions.size());
    return Named{.model = std::string(path.substr(0, end)), .version = std::string(version)};
  }
  TRY(const auto index,
      ask(&inference::GRPCInferenceService::Stub::RepositoryIndex, inference::RepositoryIndexRequest()));
  std::vector<std::string> names;
  for (const auto& entry : index.models()) {
    if (std::ranges::count(names, entry.name()) == 0) names.push_back(entry.name());
  }
  if (names.size() == 1) return Named{.model = std::move(names.front()), .version = {}};
  return core::invalid(fmt::format("grpc://{}: the server has {} models ({}); name one with --model", address_,
                                   names.size(), fmt::join(names, ", ")));
}

core::Result<std::vector<core::TensorInfo>> GrpcRemote::inputs(const Named& named) const {
  inference::ModelMetadataRequest question;
  question.set_name(named.model);
  question.set_version(named.version);
  TRY(const auto metadata, ask(&inference::GRPCInferenceService::Stub::ModelMetadata, question));
  std::vector<core::TensorInfo> inputs;
  for (const auto& input : metadata.inputs()) {
    const auto dtype = core::dtype_from_name(input.datatype());
    if (!dtype)
      return core::fail(Code::unimplemented, fmt::format("input \"{}\" has type {}", input.name(), input.datatype()));
    inputs.push_back({.name = input.name(),
                      .dtype = *dtype,
                      .shape = core::Shape(input.shape().begin(), input.shape().end()),
                      .dim_names = {}});
  }
  return inputs;
}

core::Result<std::vector<measure::OutputRoom>> GrpcRemote::output_rooms(const Named& named,
                                                                        const std::vector<core::Tensor>& inputs) const {
  const auto answer = ask(&inference::GRPCInferenceService::Stub::ModelInfer, grpc_question(named, inputs));
  if (!answer) {
    const Code code = answer.error().code() == Code::unavailable ? Code::unavailable : Code::invalid_argument;
    return core::fail(code, answer.error().message());
  }
  if (answer->raw_output_contents_size() != answer->outputs_size())
    return core::invalid(fmt::format("grpc://{}: the answer has not all outputs in raw_output_contents", address_));
  std::vector<measure::OutputRoom> rooms;
  rooms.reserve(static_cast<std::size_t>(answer->outputs_size()));
  for (int i = 0; i < answer->outputs_size(); ++i)
    rooms.push_back({.name = answer->outputs(i).name(), .size_bytes = answer->raw_output_contents(i).size()});
  return rooms;
}

core::Result<bool> GrpcRemote::has_extension(std::string_view name) const {
  TRY(const auto metadata,
      ask(&inference::GRPCInferenceService::Stub::ServerMetadata, inference::ServerMetadataRequest()));
  return std::ranges::count(metadata.extensions(), name) != 0;
}

core::Result<void> GrpcRemote::add_region(const core::RegionSpec& region) const {
  inference::SystemSharedMemoryRegisterRequest question;
  question.set_name(region.name);
  question.set_key(region.key);
  question.set_offset(region.offset_bytes);
  question.set_byte_size(region.size_bytes);
  TRY_VOID(ask(&inference::GRPCInferenceService::Stub::SystemSharedMemoryRegister, question));
  return {};
}

core::Result<void> GrpcRemote::remove_region(const std::string& name) const {
  inference::SystemSharedMemoryUnregisterRequest question;
  question.set_name(name);
  TRY_VOID(ask(&inference::GRPCInferenceService::Stub::SystemSharedMemoryUnregister, question));
  return {};
}

inference::ModelInferRequest grpc_question(const GrpcRemote::Named& named, const std::vector<core::Tensor>& inputs) {
  inference::ModelInferRequest request;
  request.set_model_name(named.model);
  request.set_model_version(named.version);
  for (const core::Tensor& input : inputs) {
    auto& added = *request.add_inputs();
    added.set_name(input.name);
    added.set_datatype(std::string(core::name_of(input.dtype)));
    for (const std::int64_t dim : input.shape) added.add_shape(dim);
    request.add_raw_input_contents(input.data.text().data(), input.data.size());
  }
  return request;
}

}  // namespace slipway::cli
