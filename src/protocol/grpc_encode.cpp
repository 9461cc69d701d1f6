#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <grpc_service.pb.h>

#include <utility>

#include "core/printable.hpp"
#include "protocol/grpc_infer.hpp"
#include "protocol/grpc_wire.hpp"

namespace slipway::protocol {

using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

namespace {

core::Buffer buffer_of(const std::string& text) { return core::Buffer::copy_of(std::string_view(text)); }

void describe_place(inference::ModelInferResponse::InferOutputTensor& output, const core::SharedSlice& place,
                    std::size_t size_bytes) {
  auto& parameters = *output.mutable_parameters();
  parameters["shared_memory_region"].set_string_param(place.region->spec().name);
  parameters["shared_memory_byte_size"].set_int64_param(static_cast<std::int64_t>(size_bytes));
  parameters["shared_memory_offset"].set_int64_param(static_cast<std::int64_t>(place.offset_bytes));
}

/// What each answer of a stream says besides: a request has one here.
inference::ModelInferResponse last_response() {
  inference::ModelInferResponse last;
  (*last.mutable_parameters())["triton_final_response"].set_bool_param(true);
  return last;
}

/// The beginning of a field of `size` bytes.
std::string field_head(int field, std::size_t size) {
  std::string head;
  {
    StringOutputStream stream(&head);
    CodedOutputStream out(&stream);
    out.WriteTag(tag_of(field));
    out.WriteVarint64(size);
  }
  return head;
}

}  // namespace

std::vector<core::Buffer> encode_infer_message(core::Response response, const OutputForm& form) {
  inference::ModelInferResponse head;
  head.set_model_name(std::move(response.model));
  head.set_model_version(std::move(response.version));
  head.set_id(std::move(response.id));
  for (core::Tensor& output : response.outputs) {
    auto& described = *head.add_outputs();
    described.set_name(output.name);
    described.set_datatype(std::string(core::name_of(output.dtype)));
    described.mutable_shape()->Add(output.shape.begin(), output.shape.end());
    if (const OutputWish* wish = form.shared(output.name)) {
      describe_place(described, wish->place, output.data.size());
      output.data = core::Buffer();
    }
  }
  std::string text = head.SerializeAsString();
  std::vector<core::Buffer> parts;
  for (core::Tensor& output : response.outputs) {
    text += field_head(inference::ModelInferResponse::kRawOutputContentsFieldNumber, output.data.size());
    if (output.data.empty()) continue;
    parts.push_back(buffer_of(text));
    parts.push_back(std::move(output.data));
    text.clear();
  }
  if (!text.empty()) parts.push_back(buffer_of(text));
  return parts;
}

std::vector<core::Buffer> encode_stream_message(core::Result<core::Response> result, const StreamRequest& request,
                                                const OutputForm& form) {
  if (!result) {
    inference::ModelInferResponse last = last_response();
    last.set_id(request.id);
    last.set_model_name(request.model);
    last.set_model_version(request.version);
    inference::ModelStreamInferResponse message;
    message.set_error_message(core::told(result.error().message()));
    *message.mutable_infer_response() = std::move(last);
    std::vector<core::Buffer> parts;
    parts.push_back(buffer_of(message.SerializeAsString()));
    return parts;
  }
  std::vector<core::Buffer> parts = encode_infer_message(*std::move(result), form);
  static const std::string last = last_response().SerializeAsString();
  parts.push_back(buffer_of(last));  // fields that follow a message's are the message's too
  const std::string head =
      field_head(inference::ModelStreamInferResponse::kInferResponseFieldNumber, core::total_bytes(parts));
  parts.insert(parts.begin(), buffer_of(head));
  return parts;
}

}  // namespace slipway::protocol
