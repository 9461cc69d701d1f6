// Tensors in shared memory through both decoders and encoders.
#include "protocol/shared_tensor.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <grpc_service.pb.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/test_shared_object.hpp"
#include "protocol/grpc_infer.hpp"
#include "protocol/v2_infer.hpp"

namespace slipway::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string raw(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

class SharedTensor : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(memory_.add({.name = "r", .key = object_.key(), .offset_bytes = 0, .size_bytes = 64}));
    object_.put(8, raw({1, 2}));
  }

  /// An input "x" FP32 [2] with these parameters and requested output "y" with those, over HTTP.
  core::Result<DecodedInfer> decode(const std::string& input, const std::string& output = "{}",
                                    const std::string& type = R"("datatype":"FP32","shape":[2])") const {
    const std::string body =
        fmt::format(R"({{"inputs":[{{"name":"x",{},"parameters":{}}}],"outputs":[{{"name":"y","parameters":{}}}]}})",
                    type, input, output);
    return decode_infer(core::Buffer::copy_of(std::string_view(body)), std::nullopt, {}, &memory_);
  }
  static std::string sentence(const core::Result<DecodedInfer>& decoded) {
    return decoded ? "no error" : decoded.error().message();
  }

  core::TestSharedObject object_{"tensors", 64};
  core::SharedMemory memory_{{.on = true, .regions_max = 4, .input_bytes_max = 32}};
};

constexpr const char* at_eight = R"({"shared_memory_region":"r","shared_memory_offset":8,"shared_memory_byte_size":8})";

TEST_F(SharedTensor, InputsAreCopiedOnce) {
  const auto decoded = decode(at_eight);
  ASSERT_TRUE(decoded) << sentence(decoded);
  object_.put(8, raw({7, 7}));
  std::vector<float> values(2);
  std::memcpy(values.data(), decoded->request.inputs[0].bytes.data(), 8);
  EXPECT_THAT(values, ElementsAre(1, 2));
}

TEST_F(SharedTensor, InputsSayWhatIsWrong) {
  EXPECT_THAT(sentence(decode(R"({"shared_memory_region":"q","shared_memory_byte_size":8})")),
              HasSubstr("input \"x\": no shared memory region \"q\""));
  EXPECT_THAT(sentence(decode(R"({"shared_memory_region":"r"})")), HasSubstr("belong together"));
  EXPECT_THAT(sentence(decode(R"({"shared_memory_byte_size":8})")), HasSubstr("belong together"));
  EXPECT_THAT(sentence(decode(R"({"shared_memory_region":"r","shared_memory_byte_size":8,"shared_memory_offset":60})")),
              HasSubstr("8 bytes from byte 60 on"));
  EXPECT_THAT(sentence(decode(R"({"shared_memory_region":"r","shared_memory_byte_size":12})")),
              HasSubstr("\"shared_memory_byte_size\" is 12, FP32 of shape [2] has 2 elements of 4 bytes"));
  EXPECT_THAT(sentence(decode(R"({"shared_memory_region":"r","shared_memory_byte_size":-8})")),
              HasSubstr("\"shared_memory_byte_size\": a number of bytes"));
  EXPECT_THAT(sentence(decode(R"({"shared_memory_region":7,"shared_memory_byte_size":8})")), HasSubstr("the name"));
  EXPECT_THAT(sentence(decode(at_eight, "{}", R"("datatype":"FP32","shape":[2],"data":[1,2])")),
              HasSubstr("has data beside"));
  EXPECT_THAT(sentence(decode(R"({"shared_memory_region":"r","shared_memory_byte_size":40})", "{}",
                              R"("datatype":"FP32","shape":[10])")),
              HasSubstr("may have 32 bytes of shared memory together"));
}

TEST_F(SharedTensor, StringsAreCheckedInTheCopy) {
  object_.put(0, std::string("\x02\0\0\0hi\xff\xff\xff\xff", 10));
  const std::string type = R"("datatype":"BYTES","shape":[1])";
  EXPECT_TRUE(decode(R"({"shared_memory_region":"r","shared_memory_byte_size":6})", "{}", type));
  EXPECT_THAT(sentence(decode(R"({"shared_memory_region":"r","shared_memory_byte_size":10})", "{}", type)),
              HasSubstr("input \"x\": BYTES element 1"));
}

TEST_F(SharedTensor, OutputsAreWrittenAndDescribed) {
  const auto decoded =
      decode(at_eight, R"({"shared_memory_region":"r","shared_memory_offset":32,"shared_memory_byte_size":32})");
  ASSERT_TRUE(decoded) << sentence(decoded);
  memory_.remove("r");  // whoever asked before keeps it
  const auto answer = [] {
    core::Response response{.model = "m", .version = "1", .id = "", .outputs = {}, .timing = {}};
    const std::string bytes = raw({5, 6});
    response.outputs.push_back({.name = "y",
                                .dtype = core::DataType::fp32,
                                .shape = {2},
                                .data = core::Buffer::copy_of(std::string_view(bytes))});
    return response;
  };
  const config::ModelSpec spec;
  core::Response response = answer();
  ASSERT_TRUE(form_outputs(response, decoded->form, {.spec = spec, .outputs = {}, .batches = false}));
  EXPECT_EQ(object_.get(32, 8), raw({5, 6}));
  const auto over_http = encode_infer(std::move(response), decoded->form);
  ASSERT_TRUE(over_http);
  EXPECT_FALSE(over_http->json_bytes);
  EXPECT_EQ(over_http->body.front().text(),
            R"({"model_name":"m","model_version":"1","outputs":[{"name":"y","datatype":"FP32","shape":[2]}]})");

  std::string wire;
  for (const core::Buffer& part : encode_infer_message(answer(), decoded->form)) wire += part.text();
  inference::ModelInferResponse over_grpc;
  ASSERT_TRUE(over_grpc.ParseFromString(wire));
  EXPECT_EQ(over_grpc.outputs(0).parameters().at("shared_memory_offset").int64_param(), 32);
  EXPECT_THAT(over_grpc.raw_output_contents(), ElementsAre(IsEmpty()));
}

TEST_F(SharedTensor, OutputsThatDoNotFitSayHowMuchTheyNeed) {
  const auto decoded = decode(at_eight, R"({"shared_memory_region":"r","shared_memory_byte_size":4})");
  ASSERT_TRUE(decoded);
  core::Response response{.model = "m", .version = "1", .id = "", .outputs = {}, .timing = {}};
  response.outputs.push_back(
      {.name = "y", .dtype = core::DataType::fp32, .shape = {2}, .data = core::Buffer::copy_of(raw({5, 6}))});
  const config::ModelSpec spec;
  const auto formed = form_outputs(response, decoded->form, {.spec = spec, .outputs = {}, .batches = false});
  ASSERT_FALSE(formed);
  EXPECT_EQ(formed.error().message(), R"(output "y": it needs 8 bytes, its place in shared memory region "r" has 4)");
  EXPECT_THAT(
      sentence(decode(at_eight, R"({"classification":1,"shared_memory_region":"r","shared_memory_byte_size":4})")),
      HasSubstr("output \"y\": classes are given in the answer"));
  EXPECT_THAT(sentence(decode(at_eight, R"({"shared_memory_region":"q","shared_memory_byte_size":4})")),
              HasSubstr("output \"y\": no shared memory region"));
}

TEST_F(SharedTensor, RawContentsOverGrpcAreThoseOfTheOtherInputs) {
  inference::ModelInferRequest message;
  for (const char* name : {"a", "b"}) {
    auto& input = *message.add_inputs();
    input.set_name(name);
    input.set_datatype("FP32");
    input.add_shape(2);
  }
  auto& parameters = *message.mutable_inputs(0)->mutable_parameters();
  parameters["shared_memory_region"].set_string_param("r");
  parameters["shared_memory_offset"].set_int64_param(8);
  parameters["shared_memory_byte_size"].set_int64_param(8);
  message.add_raw_input_contents(raw({3, 4}));
  const auto decode_message = [&] {
    const std::string wire = message.SerializeAsString();
    google::protobuf::io::ArrayInputStream stream(wire.data(), static_cast<int>(wire.size()));
    return decode_infer_message(stream, wire.size(), &memory_);
  };
  const auto decoded = decode_message();
  ASSERT_TRUE(decoded) << sentence(decoded);
  EXPECT_EQ(decoded->request.inputs[0].bytes.size(), 8U);
  EXPECT_EQ(std::memcmp(decoded->request.inputs[0].bytes.data(), raw({1, 2}).data(), 8), 0);
  EXPECT_EQ(std::memcmp(decoded->request.inputs[1].bytes.data(), raw({3, 4}).data(), 8), 0);
  message.add_raw_input_contents(raw({3, 4}));
  EXPECT_THAT(sentence(decode_message()), HasSubstr("2 raw_input_contents given for 2 inputs, 1 of them in shared"));
}

}  // namespace
}  // namespace slipway::protocol
