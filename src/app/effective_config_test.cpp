#include "app/effective_config.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "core/test_folder.hpp"

namespace slipway::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class EffectiveConfig : public core::FolderTest {
 protected:
  /// What serving `path` would come to, and what serving the text of that would come to.
  std::pair<std::string, std::string> twice(const std::filesystem::path& path, const config::ModelSpec& over = {}) {
    const auto plan = plan_from({path}, over);
    const auto text = plan ? effective_config(*plan) : std::unexpected(plan.error());
    if (!text) return {text.error().message(), ""};
    const auto again = plan_from({write("effective.yaml", *text)}, {});
    const auto second = again ? effective_config(*again) : std::unexpected(again.error());
    return {*text, second ? *second : second.error().message()};
  }
};

TEST_F(EffectiveConfig, IsAnAppFileThatServesTheSame) {
  write("repository/digits/1/model.onnx", "");
  write("repository/digits/2/model.onnx", "");
  write("repository/digits/model.yaml", "threads: 2\ndescription: digits\n");
  write("repository/bare.onnx", "");
  write("repository/bare.yaml", "name: other\ntransforms: {output: {labels: {labels: [a, b]}}}\n");
  config::ModelSpec over;
  over.queue_limit = 7;
  const auto [text, again] = twice(folder() / "repository", over);
  EXPECT_EQ(text, again);
  EXPECT_THAT(text, HasSubstr("path: " + (folder() / "repository/digits").string() + "\n"));
  EXPECT_THAT(text, HasSubstr("path: " + (folder() / "repository/bare.onnx").string() + "\n    name: other\n"));
  EXPECT_THAT(text, HasSubstr("threads: 2\n"));
  EXPECT_THAT(text, HasSubstr("queue_limit: 7\n"));
  EXPECT_THAT(text, HasSubstr("drain_timeout_ms: 20000\n"));
}

TEST_F(EffectiveConfig, SaysWhatIsNotServed) {
  write("repository/digits/1/model.onnx", "");
  write("repository/broken/1/model.onnx", "");
  write("repository/broken/model.yaml", "threads: none\n");
  const auto [text, again] = twice(folder() / "repository");
  EXPECT_THAT(text, HasSubstr("# model \"broken\" is not served: "));
  EXPECT_THAT(again, Not(HasSubstr("broken")));
}

TEST_F(EffectiveConfig, NeedsSomethingToServe) {
  const auto plan = plan_from({folder() / "nothing.onnx"}, {});
  ASSERT_TRUE(plan);
  const auto text = effective_config(*plan);
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message(), HasSubstr("nothing.onnx: no such file or folder"));
}

}  // namespace
}  // namespace slipway::app
