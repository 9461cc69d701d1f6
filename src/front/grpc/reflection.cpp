#include "front/grpc/reflection.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpc_reflection/v1alpha/reflection.pb.h>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "front/grpc/messages.hpp"

namespace slipway::front::grpc {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using ::grpc::reflection::v1alpha::ServerReflectionRequest;
using ::grpc::reflection::v1alpha::ServerReflectionResponse;

const DescriptorPool& pool() { return *DescriptorPool::generated_pool(); }

void fail(ServerReflectionResponse& response, core::Code code, std::string sentence) {
  response.mutable_error_response()->set_error_code(static_cast<int>(code));
  response.mutable_error_response()->set_error_message(std::move(sentence));
}

/// A file's descriptor as bytes, made once.
const std::string& descriptor_of(const FileDescriptor& file) {
  static std::mutex mutex;
  static std::map<const FileDescriptor*, std::string> made;
  const std::scoped_lock lock(mutex);
  std::string& bytes = made[&file];
  if (bytes.empty()) {
    FileDescriptorProto proto;
    file.CopyTo(&proto);
    proto.SerializeToString(&bytes);
  }
  return bytes;
}

/// The file and all that it imports, each once.
void put(ServerReflectionResponse& response, const FileDescriptor& file, std::set<const FileDescriptor*>& done) {
  if (!done.insert(&file).second) return;
  response.mutable_file_descriptor_response()->add_file_descriptor_proto(descriptor_of(file));
  for (int i = 0; i < file.dependency_count(); ++i) put(response, *file.dependency(i), done);
}

void answer_file(ServerReflectionResponse& response, const FileDescriptor* file, const std::string& asked) {
  if (file == nullptr) return fail(response, core::Code::not_found, fmt::format("{} is not known here", asked));
  std::set<const FileDescriptor*> done;
  put(response, *file, done);
}

const FileDescriptor* file_of_extension(const std::string& type, int number) {
  const Descriptor* extended = pool().FindMessageTypeByName(type);
  if (extended == nullptr) return nullptr;
  const FieldDescriptor* extension = pool().FindExtensionByNumber(extended, number);
  return extension == nullptr ? nullptr : extension->file();
}

void answer_extension_numbers(ServerReflectionResponse& response, const std::string& type) {
  const Descriptor* extended = pool().FindMessageTypeByName(type);
  if (extended == nullptr) return fail(response, core::Code::not_found, fmt::format("{} is not known here", type));
  std::vector<const FieldDescriptor*> extensions;
  pool().FindAllExtensions(extended, &extensions);
  auto& numbers = *response.mutable_all_extension_numbers_response();
  numbers.set_base_type_name(type);
  for (const FieldDescriptor* extension : extensions) numbers.add_extension_number(extension->number());
}

class Reflection : public Handler {
 public:
  Reflection(std::shared_ptr<Call> call, std::shared_ptr<const std::set<std::string>> services)
      : call_(std::move(call)), services_(std::move(services)) {}

  void on_message(core::Buffer message) override {
    auto request = parsed<ServerReflectionRequest>(message);
    if (!request) return call_->finish(std::unexpected(request.error()));
    ServerReflectionResponse response;
    response.set_valid_host(request->host());
    answer(response, *request);
    *response.mutable_original_request() = *std::move(request);
    call_->send(bytes_of(response));
  }
  void on_half_close() override { call_->finish({}); }
  void on_end() override { call_->finish(core::fail(core::Code::unavailable, "the server is ending")); }

 private:
  void answer(ServerReflectionResponse& response, const ServerReflectionRequest& request) const {
    switch (request.message_request_case()) {
      case ServerReflectionRequest::kListServices:
        for (const std::string& name : *services_)
          response.mutable_list_services_response()->add_service()->set_name(name);
        return;
      case ServerReflectionRequest::kFileByFilename:
        return answer_file(response, pool().FindFileByName(request.file_by_filename()), request.file_by_filename());
      case ServerReflectionRequest::kFileContainingSymbol:
        return answer_file(response, pool().FindFileContainingSymbol(request.file_containing_symbol()),
                           request.file_containing_symbol());
      case ServerReflectionRequest::kFileContainingExtension: {
        const auto& asked = request.file_containing_extension();
        return answer_file(response, file_of_extension(asked.containing_type(), asked.extension_number()),
                           fmt::format("extension {} of {}", asked.extension_number(), asked.containing_type()));
      }
      case ServerReflectionRequest::kAllExtensionNumbersOfType:
        return answer_extension_numbers(response, request.all_extension_numbers_of_type());
      case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET: break;
    }
    fail(response, core::Code::invalid_argument, "the request asks for nothing");
  }

  const std::shared_ptr<Call> call_;
  const std::shared_ptr<const std::set<std::string>> services_;
};

/// "inference.GRPCInferenceService" of "/inference.GRPCInferenceService/ModelInfer".
std::string service_of(const std::string& path) { return path.substr(1, path.rfind('/') - 1); }

}  // namespace

void add_reflection(Methods& methods) {
  const auto services = std::make_shared<std::set<std::string>>();
  for (const auto& [path, open] : methods) services->insert(service_of(path));
  const std::string own = "grpc.reflection.v1alpha.ServerReflection";
  services->insert(own);
  const Open open = [services](const std::shared_ptr<Call>& call) {
    return std::make_shared<Reflection>(call, services);
  };
  methods[fmt::format("/{}/ServerReflectionInfo", own)] = open;
  methods["/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"] = open;
}

}  // namespace slipway::front::grpc
