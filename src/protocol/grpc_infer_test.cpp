#include "protocol/grpc_infer.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <grpc_service.pb.h>

#include <cstring>
#include <string>
#include <vector>

namespace slipway::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

core::Result<DecodedInfer> decode_grpc(const std::string& message, int block = -1) {
  google::protobuf::io::ArrayInputStream stream(message.data(), static_cast<int>(message.size()), block);
  return decode_infer_message(stream, message.size());
}
core::Result<DecodedInfer> decode_grpc(const inference::ModelInferRequest& message, int block = -1) {
  return decode_grpc(message.SerializeAsString(), block);
}
std::string grpc_sentence(const inference::ModelInferRequest& message) {
  const auto request = decode_grpc(message);
  return request ? "no error" : request.error().message();
}

template <class T>
std::vector<T> elements(const core::TensorView& tensor) {
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

std::string raw_floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// A request with one FP32 input "x" [2] in raw_input_contents.
inference::ModelInferRequest message(const std::string& datatype = "FP32") {
  inference::ModelInferRequest made;
  made.set_model_name("digits");
  made.set_model_version("3");
  made.set_id("7");
  auto& input = *made.add_inputs();
  input.set_name("x");
  input.set_datatype(datatype);
  input.add_shape(2);
  return made;
}

TEST(GrpcDecode, ReadsRawContentsWhateverTheBlocksOfTheNetwork) {
  inference::ModelInferRequest given = message();
  given.add_raw_input_contents(raw_floats({1.5F, -2}));
  given.add_outputs()->set_name("y");
  (*given.mutable_parameters())["timeout"].set_int64_param(5);
  (*given.mutable_parameters())["note"].set_string_param("n");
  for (const int block : {-1, 1, 7}) {
    const auto decoded = decode_grpc(given, block);
    ASSERT_TRUE(decoded) << decoded.error().message();
    const core::Request* request = &decoded->request;
    EXPECT_EQ(request->model, "digits");
    EXPECT_EQ(request->version, "3");
    EXPECT_EQ(request->id, "7");
    EXPECT_EQ(request->parameters.size(), 2U);
    EXPECT_THAT(request->outputs, ElementsAre("y"));
    ASSERT_EQ(request->inputs.size(), 1U);
    EXPECT_EQ(request->inputs[0].name, "x");
    EXPECT_EQ(core::to_string(request->inputs[0].shape), "[2]");
    EXPECT_THAT(elements<float>(request->inputs[0]), ElementsAre(1.5F, -2));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(request->inputs[0].bytes.data()) % core::Buffer::alignment, 0U);
  }
}

TEST(GrpcDecode, ReadsTypedContents) {
  inference::ModelInferRequest given = message("INT8");
  given.mutable_inputs(0)->mutable_contents()->add_int_contents(-128);
  given.mutable_inputs(0)->mutable_contents()->add_int_contents(127);
  const auto request = decode_grpc(given);
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_THAT(elements<std::int8_t>(request->request.inputs[0]), ElementsAre(-128, 127));

  inference::ModelInferRequest texts = message("BYTES");
  texts.mutable_inputs(0)->mutable_contents()->add_bytes_contents("a");
  texts.mutable_inputs(0)->mutable_contents()->add_bytes_contents("");
  const auto words = decode_grpc(texts);
  ASSERT_TRUE(words) << words.error().message();
  EXPECT_THAT(*core::read_bytes_elements(words->request.inputs[0].bytes, 2), ElementsAre("a", ""));
}

TEST(GrpcDecode, SaysWhatIsWrongAndWhere) {
  inference::ModelInferRequest given = message("INT8");
  given.mutable_inputs(0)->mutable_contents()->add_int_contents(128);
  EXPECT_THAT(grpc_sentence(given), HasSubstr("input \"x\": contents: element 0: 128 given, out of the range of INT8"));
  given.mutable_inputs(0)->mutable_contents()->clear_int_contents();
  given.mutable_inputs(0)->mutable_contents()->add_fp32_contents(1);
  EXPECT_THAT(grpc_sentence(given), HasSubstr("another field than int_contents"));
  EXPECT_THAT(grpc_sentence(message()), HasSubstr("input \"x\": data: 0 bytes given"));
  EXPECT_THAT(grpc_sentence(message("FP31")), HasSubstr("datatype \"FP31\""));

  given = message();
  given.add_raw_input_contents(raw_floats({1}));
  EXPECT_THAT(grpc_sentence(given), HasSubstr("4 bytes given"));
  given.add_raw_input_contents("");
  EXPECT_THAT(grpc_sentence(given), HasSubstr("2 raw_input_contents given for 1 inputs"));
  given = message();
  (*given.mutable_inputs(0)->mutable_parameters())["shared_memory_region"].set_string_param("r");
  EXPECT_THAT(grpc_sentence(given), HasSubstr("shared memory"));
}

TEST(GrpcDecode, HasABoundOfTensors) {
  std::string empty_inputs;
  for (int i = 0; i < 2000; ++i) empty_inputs += std::string("\x2a\0", 2);
  const auto request = decode_grpc(empty_inputs);
  ASSERT_FALSE(request);
  EXPECT_THAT(request.error().message(), HasSubstr("over 1024 inputs"));
}

TEST(GrpcDecode, HasABoundOfDimensionsAndItsSentenceIsShort) {
  inference::ModelInferRequest given = message();
  given.mutable_inputs(0)->mutable_shape()->Resize(32, 1);
  given.add_raw_input_contents(raw_floats({1.5F, -2}));
  ASSERT_TRUE(decode_grpc(given)) << grpc_sentence(given);
  given.mutable_inputs(0)->mutable_shape()->Resize(1'000'000, 1);
  EXPECT_EQ(grpc_sentence(given), "input \"x\": shape has over 32 dimensions, the most that is taken");
}

TEST(GrpcDecode, ReadsAShapeThatIsNotPacked) {
  inference::ModelInferRequest given = message();
  given.mutable_inputs(0)->clear_shape();
  std::string input = given.inputs(0).SerializeAsString() + std::string("\x18\x02\x18\x01", 4);
  given.clear_inputs();
  given.add_raw_input_contents(raw_floats({1.5F, -2}));
  const auto decoded = decode_grpc(given.SerializeAsString() + "\x2a" + static_cast<char>(input.size()) + input);
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(core::to_string(decoded->request.inputs[0].shape), "[2,1]");
}

TEST(GrpcDecode, HasABoundOfParameters) {
  inference::ModelInferRequest given = message();
  given.add_raw_input_contents(raw_floats({1.5F, -2}));
  for (int i = 0; i < 1024; ++i) (*given.mutable_parameters())[std::to_string(i)].set_bool_param(true);
  ASSERT_TRUE(decode_grpc(given)) << grpc_sentence(given);
  (*given.mutable_parameters())["one more"].set_bool_param(true);
  EXPECT_EQ(grpc_sentence(given), "the request has over 1024 parameters, the most that is taken");
}

TEST(GrpcDecode, TakesTheWholeRangeOfUnsignedParameters) {
  inference::ModelInferRequest given = message();
  given.add_raw_input_contents(raw_floats({1.5F, -2}));
  auto& parameters = *given.mutable_parameters();
  const auto value = [&given] {
    const auto decoded = decode_grpc(given);
    return decoded && decoded->request.parameters.size() == 1 ? decoded->request.parameters[0].second
                                                              : core::Parameter("no request");
  };
  parameters["sequence_id"].set_uint64_param(~std::uint64_t{0});
  EXPECT_EQ(value(), core::Parameter(~std::uint64_t{0}));
  parameters["sequence_id"].set_uint64_param(7);
  EXPECT_EQ(value(), core::Parameter(std::int64_t{7}));
  parameters["sequence_id"].set_int64_param(-2);
  EXPECT_EQ(value(), core::Parameter(~std::uint64_t{0} - 1)) << "as Triton's client for C++ sends a large one";
  parameters.clear();
  parameters["other"].set_int64_param(-2);
  EXPECT_EQ(value(), core::Parameter(std::int64_t{-2}));
}

TEST(GrpcDecode, AParameterWithoutAValueIsNone) {
  inference::ModelInferRequest given = message();
  *given.add_inputs() = given.inputs(0);
  given.mutable_inputs(1)->set_name("y");
  (*given.mutable_inputs(1)->mutable_parameters())["shared_memory_region"];
  given.add_raw_input_contents(raw_floats({1.5F, -2}));
  EXPECT_THAT(grpc_sentence(given), HasSubstr("1 raw_input_contents given for 2 inputs"));
}

TEST(GrpcDecode, RefusesWhatClaimsMoreThanIsThere) {
  inference::ModelInferRequest given = message();
  given.add_raw_input_contents(raw_floats({1.5F, -2}));
  const std::string whole = given.SerializeAsString();
  ASSERT_TRUE(decode_grpc(whole));
  EXPECT_FALSE(decode_grpc(whole + std::string("\x32\x05\x0a\x01y", 5))) << "an output of three bytes that claims five";
  EXPECT_FALSE(decode_grpc(whole + std::string("\x22\x09\x0a\x01k\x12\x02\x10\x05", 8))) << "a parameter";
  EXPECT_FALSE(decode_grpc(whole + std::string("\x22\x07\x0a\x01k\x12\x04\x10\x05", 8))) << "a parameter's value";
  EXPECT_TRUE(decode_grpc(whole + std::string("\x22\x07\x0a\x01k\x12\x02\x10\x05", 9)));
}

TEST(GrpcDecode, TellsTheIdOfWhatCannotBeDecoded) {
  inference::ModelInferRequest given = message();
  given.add_raw_input_contents("too short");
  const std::string bytes = given.SerializeAsString();
  ASSERT_FALSE(decode_grpc(bytes));
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  EXPECT_EQ(id_of_infer_message(stream, bytes.size()), "7");
  google::protobuf::io::ArrayInputStream damaged("\x1a\x05", 2);
  EXPECT_EQ(id_of_infer_message(damaged, 2), "");
}

TEST(GrpcDecode, TakesTheMemoryOfALargeTensorOnce) {
  inference::ModelInferRequest given = message();
  constexpr std::int64_t count = 700'001;
  given.mutable_inputs(0)->set_shape(0, count);
  given.add_raw_input_contents(std::string(count * sizeof(float), 'a'));
  const auto decoded = decode_grpc(given, 16'384);
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(decoded->request.storage.front().capacity(), count * sizeof(float));
}

TEST(GrpcDecode, RefusesWhatIsCutShortAnywhere) {
  inference::ModelInferRequest given = message();
  given.add_raw_input_contents(raw_floats({1.5F, -2}));
  const std::string whole = given.SerializeAsString();
  ASSERT_TRUE(decode_grpc(whole));
  for (std::size_t length = 1; length < whole.size(); ++length) {
    const auto request = decode_grpc(whole.substr(0, length));
    // a cut between two fields leaves a message that lacks its data
    EXPECT_TRUE(!request || request->request.inputs.empty()) << length;
  }
  // a tensor that claims two gigabytes takes no memory for what did not come
  EXPECT_FALSE(decode_grpc(std::string("\x3a\xff\xff\xff\xff\x07", 6)));
  EXPECT_FALSE(decode_grpc(std::string("\x07")));
}

TEST(GrpcEncode, IsTheMessageThatClientsRead) {
  core::Response response{.model = "m", .version = "2", .id = "9", .outputs = {}, .timing = {}};
  for (const char* name : {"y", "z"}) {
    const std::vector<float> values{1, 2};
    response.outputs.push_back({.name = name,
                                .dtype = core::DataType::fp32,
                                .shape = {1, 2},
                                .data = core::Buffer::copy_of(std::as_bytes(std::span(values)))});
  }
  std::string wire;
  for (const core::Buffer& part : encode_infer_message(std::move(response))) wire += part.text();
  inference::ModelInferResponse read;
  ASSERT_TRUE(read.ParseFromString(wire));
  EXPECT_EQ(read.model_name(), "m");
  EXPECT_EQ(read.model_version(), "2");
  EXPECT_EQ(read.id(), "9");
  ASSERT_EQ(read.outputs_size(), 2);
  EXPECT_EQ(read.outputs(1).name(), "z");
  EXPECT_EQ(read.outputs(1).datatype(), "FP32");
  EXPECT_THAT(read.outputs(1).shape(), ElementsAre(1, 2));
  EXPECT_THAT(read.raw_output_contents(), ElementsAre(raw_floats({1, 2}), raw_floats({1, 2})));
}

TEST(GrpcEncode, WrapsStreamsAndTheirErrors) {
  std::string wire;
  core::Response response{.model = "m", .version = "2", .id = "9", .outputs = {}, .timing = {}};
  for (const core::Buffer& part : encode_stream_message(std::move(response), {})) wire += part.text();
  inference::ModelStreamInferResponse read;
  ASSERT_TRUE(read.ParseFromString(wire));
  EXPECT_EQ(read.infer_response().model_name(), "m");
  EXPECT_EQ(read.infer_response().id(), "9");
  EXPECT_TRUE(read.infer_response().parameters().at("triton_final_response").bool_param());
  EXPECT_EQ(read.error_message(), "");

  wire.clear();
  const StreamRequest request{.id = "8", .model = "m", .version = "3"};
  for (const core::Buffer& part : encode_stream_message(core::fail(core::Code::not_found, "no luck"), request))
    wire += part.text();
  ASSERT_TRUE(read.ParseFromString(wire));
  EXPECT_EQ(read.error_message(), "no luck");
  EXPECT_EQ(read.infer_response().id(), "8");
  EXPECT_EQ(read.infer_response().model_name(), "m");
  EXPECT_EQ(read.infer_response().model_version(), "3");
  EXPECT_TRUE(read.infer_response().parameters().at("triton_final_response").bool_param());
}

}  // namespace
}  // namespace slipway::protocol
