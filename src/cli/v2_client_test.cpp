#include "cli/v2_client.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "protocol/v2_infer.hpp"

namespace slipway::cli {
namespace {

using ::testing::HasSubstr;

core::Request request(const std::vector<float>& values) {
  core::Request made;
  made.id = "7";
  made.outputs = {"y"};
  made.parameters.emplace_back("timeout", std::int64_t{5});
  const core::Buffer& data = made.storage.emplace_back(core::Buffer::copy_of(std::as_bytes(std::span(values))));
  made.inputs.push_back({"x", core::DataType::fp32, {1, static_cast<std::int64_t>(values.size())}, data.bytes()});
  return made;
}

TEST(V2Client, AsksInJsonAndInBytesWithAllThatTheRequestSays) {
  for (const bool binary : {false, true}) {
    const auto question = v2_question(request({1.5F, 2}), binary);
    ASSERT_TRUE(question);
    const auto decoded = protocol::decode_infer(core::Buffer::copy_of(std::string_view(question->body)),
                                                binary ? std::optional(question->json_bytes) : std::nullopt, {});
    ASSERT_TRUE(decoded) << decoded.error().message();
    EXPECT_EQ(decoded->request.id, "7");
    EXPECT_EQ(decoded->request.outputs, (std::vector<std::string>{"y"}));
    EXPECT_EQ(decoded->request.parameters.size(), binary ? 2U : 1U);
    EXPECT_EQ(decoded->form.is_binary("y"), binary);
    ASSERT_EQ(decoded->request.inputs.size(), 1U);
    float first = 0;
    std::memcpy(&first, decoded->request.inputs[0].bytes.data(), sizeof first);
    EXPECT_EQ(first, 1.5F);
  }
}

TEST(V2Client, HasNanInBothForms) {
  for (const bool binary : {false, true}) EXPECT_TRUE(v2_question(request({std::nanf("")}), binary)) << binary;
}

TEST(V2Client, ReadsAnswersInBothForms) {
  const auto answer = [] {
    core::Response made{.model = "m", .version = "2", .id = "", .outputs = {}, .timing = {}};
    const std::vector<float> values{1.5F, -2};
    made.outputs.push_back({"y", core::DataType::fp32, {2}, core::Buffer::copy_of(std::as_bytes(std::span(values)))});
    return made;
  };
  for (const bool binary : {false, true}) {
    auto encoded = protocol::encode_infer(answer(), {.binary_by_default = binary, .wishes = {}});
    ASSERT_TRUE(encoded);
    std::string body;
    for (const core::Buffer& part : encoded->body) body += part.text();
    const auto read = v2_answer(body, encoded->json_bytes);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->model, "m");
    EXPECT_EQ(read->version, "2");
    ASSERT_EQ(read->outputs.size(), 1U);
    EXPECT_EQ(read->outputs[0].data.bytes().size(), 8U);
    EXPECT_EQ(std::memcmp(read->outputs[0].data.data(), answer().outputs[0].data.data(), 8), 0);
  }
}

TEST(V2Client, SaysWhatIsNoAnswer) {
  EXPECT_THAT(v2_answer("[]", std::nullopt).error().message(), HasSubstr("no JSON object"));
  EXPECT_THAT(v2_answer("{}", 3).error().message(), HasSubstr("cut short"));
  EXPECT_THAT(
      v2_answer(R"({"outputs":[{"name":"y","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}]})",
                std::nullopt)
          .error()
          .message(),
      HasSubstr("cut short"));
}

}  // namespace
}  // namespace slipway::cli
