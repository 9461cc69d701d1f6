#include "protocol/load_request.hpp"

#include <gmock/gmock.h>

namespace slipway::protocol {
namespace {

using ::testing::HasSubstr;

std::string error_of(std::string_view body) {
  const auto options = decode_load(body);
  return options ? "" : options.error().message();
}

TEST(LoadRequest, ABodyMayBeMissing) {
  for (const char* body : {"", "  \n", "{}", R"({"parameters": {}})"}) {
    const auto options = decode_load(body);
    ASSERT_TRUE(options) << body;
    EXPECT_FALSE(options->config);
    EXPECT_TRUE(decode_unload(body));
  }
}

TEST(LoadRequest, ReadsConfigAndFiles) {
  const auto options =
      decode_load(R"({"parameters": {"config": "{\"max_batch_size\": 2}", "file:1/model.onnx": "aGVsbG8="}})");
  ASSERT_TRUE(options) << options.error().message();
  EXPECT_EQ(options->config, R"({"max_batch_size": 2})");
  ASSERT_EQ(options->files.size(), 1U);
  EXPECT_EQ(options->files[0].first, "1/model.onnx");
  EXPECT_EQ(options->files[0].second, "hello");
}

TEST(LoadRequest, SaysWhatIsWrong) {
  EXPECT_THAT(error_of(R"({"parameters": {"konfig": "x"}})"), HasSubstr("\"konfig\""));
  EXPECT_THAT(error_of(R"({"parameters": {"config": {}}})"), HasSubstr("a text expected"));
  EXPECT_THAT(error_of(R"({"parameters": {"file:a": "!"}})"), HasSubstr("base64"));
  EXPECT_THAT(error_of(R"({"parameters": [)"), HasSubstr("byte"));
  EXPECT_THAT(error_of("[]"), HasSubstr("no object"));
  EXPECT_THAT(decode_unload(R"({"parameters": {"unload_dependents": 1}})").error().message(),
              HasSubstr("true or false"));
}

}  // namespace
}  // namespace slipway::protocol
