#include "protocol/grpc_infer.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <grpc_service.pb.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "protocol/grpc_contents.hpp"
#include "protocol/grpc_fields.hpp"
#include "protocol/grpc_wire.hpp"
#include "protocol/limits.hpp"

namespace slipway::protocol {

using core::invalid;
using google::protobuf::io::CodedInputStream;

namespace {

void set_limit(CodedInputStream& in, std::size_t bytes) {
  constexpr int most = std::numeric_limits<int>::max();
  in.SetTotalBytesLimit(most);
  in.PushLimit(static_cast<int>(std::min<std::size_t>(bytes, most)));
}

std::unexpected<core::Error> damaged() {
  return invalid("the message is no ModelInferRequest: it is damaged or cut short");
}

/// Reads one request.
class Decoder {
 public:
  Decoder(CodedInputStream& in, const core::SharedMemory* memory) : in_(in), memory_(memory), shared_inputs_(memory) {}

  core::Result<DecodedInfer> run() {
    if (!read_fields()) return damaged();
    if (inputs_.size() > most_tensors) return invalid(too_many("inputs"));
    if (outputs_.size() > most_tensors) return invalid(too_many("outputs"));
    if (raw_.size() > most_tensors) return invalid(too_many("raw_input_contents"));
    if (request_.parameters.size() > most_parameters) return invalid(too_many("parameters", most_parameters));
    for (const GrpcInput& input : inputs_) TRY_VOID(check(input));
    const auto elsewhere = static_cast<std::size_t>(
        std::ranges::count_if(inputs_, [](const GrpcInput& input) { return input.shared.region.has_value(); }));
    if (!raw_.empty() && raw_.size() != inputs_.size() - elsewhere) {
      return invalid(
          fmt::format("{} raw_input_contents given for {} inputs, {} of them in shared memory; one for each "
                      "of the others expected, or none",
                      raw_.size(), inputs_.size(), elsewhere));
    }
    for (GrpcInput& input : inputs_) TRY_VOID(take(input));
    for (GrpcOutput& output : outputs_) TRY_VOID(take(output));
    return std::move(decoded_);
  }

 private:
  using Message = inference::ModelInferRequest;

  bool read_fields() {
    while (const std::uint32_t tag = in_.ReadTag()) {
      bool read = false;
      switch (tag) {
        case tag_of(Message::kModelNameFieldNumber): read = read_string(in_, request_.model); break;
        case tag_of(Message::kModelVersionFieldNumber): read = read_string(in_, request_.version); break;
        case tag_of(Message::kIdFieldNumber): read = read_string(in_, request_.id); break;
        case tag_of(Message::kParametersFieldNumber): read = read_parameter(in_, request_.parameters); break;
        case tag_of(Message::kInputsFieldNumber): read = read_input(in_, inputs_.emplace_back()); break;
        case tag_of(Message::kOutputsFieldNumber): read = read_output(in_, outputs_.emplace_back()); break;
        case tag_of(Message::kRawInputContentsFieldNumber): read = read_raw(); break;
        default: read = skip_field(in_, tag);
      }
      if (!read) return false;
      // more than a request may have: run() says so
      if (std::max({inputs_.size(), outputs_.size(), raw_.size()}) > most_tensors) return true;
      if (request_.parameters.size() > most_parameters) return true;
    }
    return in_.ConsumedEntireMessage();
  }

  bool read_raw() {
    int size = 0;
    // what is claimed may be more than came
    if (!in_.ReadVarintSizeAsInt(&size) || size > in_.BytesUntilLimit()) return false;
    return in_.ReadRaw(raw_.emplace_back(static_cast<std::size_t>(size)).data(), size);
  }

  static core::Result<void> check(const GrpcInput& input) {
    if (input.fits) return {};
    return std::unexpected(input.fits.error().within(fmt::format(R"(input "{}")", input.name)));
  }

  core::Result<void> take(GrpcInput& input) {
    const auto where = [&input](std::string_view what) { return fmt::format(R"(input "{}": {})", input.name, what); };
    const auto dtype = core::dtype_from_name(input.datatype);
    if (!dtype) return invalid(where(fmt::format("datatype \"{}\" is not one of the protocol", input.datatype)));
    for (const core::TensorView& other : request_.inputs) {
      if (other.name == input.name) return invalid(where("given twice"));
    }
    auto taken = data_of(input, *dtype);
    if (!taken) return std::unexpected(taken.error().within(fmt::format(R"(input "{}")", input.name)));
    const core::Buffer& data = request_.storage.emplace_back(*std::move(taken));
    core::TensorView tensor{"", *dtype, std::move(input.shape), data.bytes()};
    if (const auto checked = core::check_size(tensor); !checked)
      return std::unexpected(checked.error().within(where("data")));
    tensor.name = request_.storage.emplace_back(core::Buffer::copy_of(std::string_view(input.name))).text();
    request_.inputs.push_back(std::move(tensor));
    return {};
  }

  core::Result<core::Buffer> data_of(const GrpcInput& input, core::DataType dtype) {
    if (input.shared.is_made()) {
      if (input.contents) return invalid("has contents beside its place in shared memory");
      return shared_inputs_.read(input.shared, dtype, input.shape);
    }
    if (raw_.empty()) {
      auto contents =
          buffer_from(input.contents ? *input.contents : inference::InferTensorContents::default_instance(), dtype);
      if (!contents) return std::unexpected(contents.error().within("contents"));
      return contents;
    }
    if (input.contents) return invalid("has both contents and raw_input_contents");
    return std::move(raw_[raw_taken_++]);
  }

  core::Result<void> take(GrpcOutput& output) {
    if (!output.fits)
      return std::unexpected(output.fits.error().within(fmt::format(R"(output "{}")", output.wish.name)));
    return request_output(decoded_, std::move(output.wish), memory_);
  }

  CodedInputStream& in_;
  const core::SharedMemory* memory_;
  SharedInputs shared_inputs_;
  DecodedInfer decoded_;
  core::Request& request_ = decoded_.request;
  std::vector<GrpcInput> inputs_;
  std::vector<GrpcOutput> outputs_;
  std::vector<core::Buffer> raw_;
  std::size_t raw_taken_ = 0;
};

}  // namespace

core::Result<DecodedInfer> decode_infer_message(google::protobuf::io::ZeroCopyInputStream& message, std::size_t bytes,
                                                const core::SharedMemory* memory) {
  CodedInputStream in(&message);
  set_limit(in, bytes);
  return Decoder(in, memory).run();
}

std::string id_of_infer_message(google::protobuf::io::ZeroCopyInputStream& message, std::size_t bytes) {
  CodedInputStream in(&message);
  set_limit(in, bytes);
  std::string id;
  while (const std::uint32_t tag = in.ReadTag()) {
    const bool read =
        tag == tag_of(inference::ModelInferRequest::kIdFieldNumber) ? read_string(in, id) : skip_field(in, tag);
    if (!read) return {};
  }
  return id;
}

}  // namespace slipway::protocol
