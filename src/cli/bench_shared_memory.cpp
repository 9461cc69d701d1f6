#include "cli/bench_shared_memory.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/v2_client.hpp"
#include "cli/v2_remote.hpp"
#include "core/address.hpp"
#include "measure/grpc_transport.hpp"
#include "measure/http_transport.hpp"
#include "measure/shared_memory_transport.hpp"
#include "models/made_inputs.hpp"
#include "protocol/error_body.hpp"
#include "protocol/json_tensor.hpp"

namespace slipway::cli {

using core::Code;

namespace {

constexpr std::string_view extension = "system_shared_memory";

core::Result<void> check_extension(bool has_it, std::string_view server) {
  if (has_it) return {};
  return core::fail(
      Code::failed_precondition,
      fmt::format("--shared-memory: {} has none ({} is not among the extensions that it names); Slipway has "
                  "it where it listens on the loopback alone, or is started with --shared-memory",
                  server, extension));
}

core::Result<void> as_refusal(const core::Result<void>& answer) {
  if (answer) return {};
  return core::fail(Code::unavailable,
                    fmt::format("--shared-memory: the server, which must be on this machine and see its /dev/shm, "
                                "refuses the region: {}",
                                answer.error().message()));
}

class HttpSharedMemory : public measure::SharedMemoryServer {
 public:
  HttpSharedMemory(Url url, std::string model_path, std::chrono::milliseconds limit)
      : url_(std::move(url)), model_path_(std::move(model_path)), limit_(limit) {}

  core::Result<void> add(const core::RegionSpec& region) const override {
    std::string body = R"({"key":)";
    protocol::append_string(body, region.key);
    body += fmt::format(R"(,"offset":{},"byte_size":{}}})", region.offset_bytes, region.size_bytes);
    return as_refusal(post(region.name, "register", body));
  }
  core::Result<void> remove(const std::string& region) const override { return post(region, "unregister", {}); }

  std::unique_ptr<measure::Transport> transport(const measure::SlotLayout& layout, const std::string& region,
                                                std::uint32_t slots) const override {
    measure::HttpRequest request{.host = url_.host,
                                 .port = url_.port,
                                 .path = model_path_ + "/infer",
                                 .content_type = "application/json",
                                 .json_bytes = std::nullopt,
                                 .bodies = {}};
    request.bodies.reserve(slots);
    for (std::uint32_t slot = 0; slot < slots; ++slot)
      request.bodies.push_back(v2_shared_question(layout, region, slot));
    return std::make_unique<measure::HttpTransport>(std::move(request));
  }

 private:
  core::Result<void> post(const std::string& region, std::string_view what, std::string_view body) const {
    const std::string path = fmt::format("/v2/systemsharedmemory/region/{}/{}", region, what);
    TRY_VOID(
        V2Remote(url_, limit_).ask({.method = "POST", .path = path, .body = body, .content_type = "application/json"}));
    return {};
  }

  Url url_;
  std::string model_path_;
  std::chrono::milliseconds limit_;
};

class GrpcSharedMemory : public measure::SharedMemoryServer {
 public:
  GrpcSharedMemory(const GrpcRemote& remote, GrpcRemote::Named named) : remote_(remote), named_(std::move(named)) {}

  core::Result<void> add(const core::RegionSpec& region) const override {
    return as_refusal(remote_.add_region(region));
  }
  core::Result<void> remove(const std::string& region) const override { return remote_.remove_region(region); }

  std::unique_ptr<measure::Transport> transport(const measure::SlotLayout& layout, const std::string& region,
                                                std::uint32_t slots) const override {
    std::vector<std::string> messages;
    messages.reserve(slots);
    for (std::uint32_t slot = 0; slot < slots; ++slot)
      messages.push_back(grpc_shared_question(named_, layout, region, slot));
    return std::make_unique<measure::GrpcTransport>(remote_.address(), messages);
  }

 private:
  const GrpcRemote& remote_;
  GrpcRemote::Named named_;
};

core::Result<std::vector<measure::OutputRoom>> rooms_over_http(const Url& url, const std::string& model_path,
                                                               const std::vector<core::Tensor>& inputs,
                                                               std::chrono::milliseconds limit) {
  core::Request request;
  request.inputs = models::views_of(inputs);
  TRY(const V2Question question, v2_question(request, true));
  const std::string path = model_path + "/infer";
  TRY(const HttpAnswer answer, http_request(url,
                                            {.method = "POST",
                                             .path = path,
                                             .body = question.body,
                                             .content_type = "application/octet-stream",
                                             .json_bytes = question.json_bytes},
                                            limit));
  if (answer.status != 200)
    return core::invalid(fmt::format("status {}: {}", answer.status, protocol::error_sentence(answer.body)));
  TRY(const core::Response response, v2_answer(answer.body, answer.json_bytes));
  std::vector<measure::OutputRoom> rooms;
  rooms.reserve(response.outputs.size());
  for (const core::Tensor& output : response.outputs)
    rooms.push_back({.name = output.name, .size_bytes = output.data.size()});
  return rooms;
}

/// "name", where it lies and how long it is, as an input or an output has it.
std::string json_place(const measure::SlotTensor& tensor, const std::string& region, std::uint64_t slot_begin) {
  std::string json = R"("name":)";
  protocol::append_string(json, tensor.name);
  json += R"(,"parameters":{"shared_memory_region":)";
  protocol::append_string(json, region);
  json += fmt::format(R"(,"shared_memory_offset":{},"shared_memory_byte_size":{}}})", slot_begin + tensor.offset_bytes,
                      tensor.size_bytes);
  return json;
}

template <class Proto>
void set_place(Proto& added, const measure::SlotTensor& tensor, const std::string& region, std::uint64_t slot_begin) {
  added.set_name(tensor.name);
  auto& parameters = *added.mutable_parameters();
  parameters["shared_memory_region"].set_string_param(region);
  parameters["shared_memory_offset"].set_int64_param(static_cast<std::int64_t>(slot_begin + tensor.offset_bytes));
  parameters["shared_memory_byte_size"].set_int64_param(static_cast<std::int64_t>(tensor.size_bytes));
}

}  // namespace

core::Result<Door::Way> shared_way_over_http(const Url& url, const std::string& model_path,
                                             std::vector<core::Tensor> inputs, std::chrono::milliseconds limit) {
  TRY(const bool has_it, V2Remote(url, limit).has_extension(extension));
  TRY_VOID(check_extension(has_it, "http://" + core::host_and_port(url.host, url.port)));
  TRY(const auto rooms, rooms_over_http(url, model_path, inputs, limit));
  const measure::SlotLayout layout = measure::lay_out(inputs, rooms);
  auto server = std::make_unique<HttpSharedMemory>(url, model_path, limit);
  const std::size_t bytes = v2_shared_question(layout, measure::SharedSlots::unique_name(), 0).size();
  return Door::Way{
      .transport = std::make_unique<measure::SharedMemoryTransport>(std::move(server), layout, std::move(inputs)),
      .request_bytes = bytes};
}

core::Result<Door::Way> shared_way_over_grpc(const GrpcRemote& remote, const GrpcRemote::Named& named,
                                             std::vector<core::Tensor> inputs) {
  TRY(const bool has_it, remote.has_extension(extension));
  TRY_VOID(check_extension(has_it, "grpc://" + remote.address()));
  TRY(const auto rooms, remote.output_rooms(named, inputs));
  const measure::SlotLayout layout = measure::lay_out(inputs, rooms);
  auto server = std::make_unique<GrpcSharedMemory>(remote, named);
  const std::size_t bytes = grpc_shared_question(named, layout, measure::SharedSlots::unique_name(), 0).size();
  return Door::Way{
      .transport = std::make_unique<measure::SharedMemoryTransport>(std::move(server), layout, std::move(inputs)),
      .request_bytes = bytes};
}

std::string v2_shared_question(const measure::SlotLayout& layout, const std::string& region, std::uint64_t slot) {
  const std::uint64_t begin = slot * layout.size_bytes;
  std::string json = R"({"inputs":[)";
  for (const measure::SlotTensor& input : layout.inputs) {
    if (json.back() == '}') json += ',';
    json += fmt::format(R"({{{},"datatype":"{}","shape":{}}})", json_place(input, region, begin),
                        core::name_of(input.dtype), core::to_string(input.shape));
  }
  json += R"(],"outputs":[)";
  for (const measure::SlotTensor& output : layout.outputs) {
    if (json.back() == '}') json += ',';
    json += fmt::format("{{{}}}", json_place(output, region, begin));
  }
  json += "]}";
  return json;
}

std::string grpc_shared_question(const GrpcRemote::Named& named, const measure::SlotLayout& layout,
                                 const std::string& region, std::uint64_t slot) {
  const std::uint64_t begin = slot * layout.size_bytes;
  inference::ModelInferRequest request;
  request.set_model_name(named.model);
  request.set_model_version(named.version);
  for (const measure::SlotTensor& input : layout.inputs) {
    auto& added = *request.add_inputs();
    set_place(added, input, region, begin);
    added.set_datatype(std::string(core::name_of(input.dtype)));
    for (const std::int64_t dim : input.shape) added.add_shape(dim);
  }
  for (const measure::SlotTensor& output : layout.outputs) set_place(*request.add_outputs(), output, region, begin);
  return request.SerializeAsString();
}

}  // namespace slipway::cli
