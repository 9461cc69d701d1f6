#include "protocol/grpc_infer.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <grpc_service.pb.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "protocol/grpc_contents.hpp"
#include "protocol/grpc_wire.hpp"
#include "protocol/limits.hpp"

namespace slipway::protocol {

using core::invalid;
using google::protobuf::io::CodedInputStream;

namespace {

std::unexpected<core::Error> damaged() {
  return invalid("the message is no ModelInferRequest: it is damaged or cut short");
}

/// Reads a message of known type that lies within another.
template <class Message>
bool read_message(CodedInputStream& in, Message& message) {
  std::uint32_t size = 0;
  if (!in.ReadVarint32(&size)) return false;
  const auto limit = in.PushLimit(static_cast<int>(size));
  const bool read = message.ParseFromCodedStream(&in) && in.ConsumedEntireMessage() && in.BytesUntilLimit() == 0;
  in.PopLimit(limit);
  return read;
}

bool read_string(CodedInputStream& in, std::string& text) {
  std::uint32_t size = 0;
  return in.ReadVarint32(&size) && in.ReadString(&text, static_cast<int>(size));
}

std::optional<core::Parameter> parameter_from(const inference::InferParameter& given) {
  switch (given.parameter_choice_case()) {
    case inference::InferParameter::kBoolParam: return given.bool_param();
    case inference::InferParameter::kInt64Param: return given.int64_param();
    case inference::InferParameter::kStringParam: return given.string_param();
    case inference::InferParameter::kDoubleParam: return given.double_param();
    case inference::InferParameter::kUint64Param: return static_cast<std::int64_t>(given.uint64_param());
    case inference::InferParameter::PARAMETER_CHOICE_NOT_SET: break;
  }
  return std::nullopt;
}

/// An entry of map<string, InferParameter>: key = 1, value = 2.
bool read_parameter(CodedInputStream& in, core::Parameters& parameters) {
  std::uint32_t size = 0;
  if (!in.ReadVarint32(&size)) return false;
  const auto limit = in.PushLimit(static_cast<int>(size));
  std::string key;
  inference::InferParameter value;
  while (const std::uint32_t tag = in.ReadTag()) {
    if (tag == tag_of(1) ? !read_string(in, key) : tag != tag_of(2) || !read_message(in, value)) return false;
  }
  const bool whole = in.BytesUntilLimit() == 0;
  in.PopLimit(limit);
  if (auto parameter = parameter_from(value)) parameters.emplace_back(std::move(key), *std::move(parameter));
  return whole;
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
    const auto elsewhere = static_cast<std::size_t>(std::ranges::count_if(
        inputs_, [](const auto& input) { return input.parameters().contains("shared_memory_region"); }));
    if (!raw_.empty() && raw_.size() != inputs_.size() - elsewhere) {
      return invalid(
          fmt::format("{} raw_input_contents given for {} inputs, {} of them in shared memory; one for each "
                      "of the others expected, or none",
                      raw_.size(), inputs_.size(), elsewhere));
    }
    for (const auto& input : inputs_) TRY_VOID(take(input));
    for (const auto& output : outputs_) TRY_VOID(take(output));
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
        case tag_of(Message::kInputsFieldNumber): read = read_message(in_, inputs_.emplace_back()); break;
        case tag_of(Message::kOutputsFieldNumber): read = read_message(in_, outputs_.emplace_back()); break;
        case tag_of(Message::kRawInputContentsFieldNumber): read = read_raw(); break;
        default: read = skip(tag);
      }
      if (!read) return false;
      // more than a request may have: run() says so
      if (std::max({inputs_.size(), outputs_.size(), raw_.size()}) > most_tensors) return true;
    }
    return in_.ConsumedEntireMessage();
  }

  bool read_raw() {
    int size = 0;
    // what is claimed may be more than came
    if (!in_.ReadVarintSizeAsInt(&size) || size > in_.BytesUntilLimit()) return false;
    return in_.ReadRaw(raw_.emplace_back(static_cast<std::size_t>(size)).data(), size);
  }

  /// Over a field of a later protocol.
  bool skip(std::uint32_t tag) {
    std::uint64_t number = 0;
    std::uint32_t size = 0;
    switch (tag & 7U) {
      case 0: return in_.ReadVarint64(&number);
      case 1: return in_.Skip(8);
      case 2: return in_.ReadVarint32(&size) && in_.Skip(static_cast<int>(size));
      case 5: return in_.Skip(4);
      default: return false;
    }
  }

  core::Result<void> take(const Message::InferInputTensor& input) {
    const auto where = [&input](std::string_view what) { return fmt::format(R"(input "{}": {})", input.name(), what); };
    const auto dtype = core::dtype_from_name(input.datatype());
    if (!dtype) return invalid(where(fmt::format("datatype \"{}\" is not one of the protocol", input.datatype())));
    for (const core::TensorView& other : request_.inputs) {
      if (other.name == input.name()) return invalid(where("given twice"));
    }
    const core::Shape shape(input.shape().begin(), input.shape().end());
    auto taken = data_of(input, *dtype, shape);
    if (!taken) return std::unexpected(taken.error().within(fmt::format(R"(input "{}")", input.name())));
    core::Buffer& data = request_.storage.emplace_back(*std::move(taken));
    const core::TensorView bytes{"", *dtype, shape, std::as_const(data).bytes()};
    if (const auto checked = core::check_size(bytes); !checked)
      return std::unexpected(checked.error().within(where("data")));
    const core::Buffer& name = request_.storage.emplace_back(core::Buffer::copy_of(std::string_view(input.name())));
    request_.inputs.push_back({name.text(), *dtype, shape, bytes.bytes});
    return {};
  }

  core::Result<core::Buffer> data_of(const Message::InferInputTensor& input, core::DataType dtype,
                                     const core::Shape& shape) {
    SharedClaim claim;
    for (const auto& [key, given] : input.parameters()) {
      if (const auto value = parameter_from(given)) TRY_VOID(read_shared_parameter(claim, key, *value));
    }
    if (claim.is_made()) {
      if (input.has_contents()) return invalid("has contents beside its place in shared memory");
      return shared_inputs_.read(claim, dtype, shape);
    }
    if (raw_.empty()) {
      auto contents = buffer_from(input.contents(), dtype);
      if (!contents) return std::unexpected(contents.error().within("contents"));
      return contents;
    }
    if (input.has_contents()) return invalid("has both contents and raw_input_contents");
    return std::move(raw_[raw_taken_++]);
  }

  core::Result<void> take(const Message::InferRequestedOutputTensor& output) {
    OutputWish wish;
    wish.name = output.name();
    for (const auto& [key, given] : output.parameters()) {
      const auto value = parameter_from(given);
      if (!value) continue;
      if (auto read = read_output_parameter(wish, key, *value); !read)
        return std::unexpected(read.error().within(fmt::format(R"(output "{}")", output.name())));
    }
    return request_output(decoded_, std::move(wish), memory_);
  }

  CodedInputStream& in_;
  const core::SharedMemory* memory_;
  SharedInputs shared_inputs_;
  DecodedInfer decoded_;
  core::Request& request_ = decoded_.request;
  std::vector<Message::InferInputTensor> inputs_;
  std::vector<Message::InferRequestedOutputTensor> outputs_;
  std::vector<core::Buffer> raw_;
  std::size_t raw_taken_ = 0;
};

}  // namespace

core::Result<DecodedInfer> decode_infer_message(google::protobuf::io::ZeroCopyInputStream& message, std::size_t bytes,
                                                const core::SharedMemory* memory) {
  constexpr int most = std::numeric_limits<int>::max();
  CodedInputStream in(&message);
  in.SetTotalBytesLimit(most);
  in.PushLimit(static_cast<int>(std::min<std::size_t>(bytes, most)));
  return Decoder(in, memory).run();
}

}  // namespace slipway::protocol
