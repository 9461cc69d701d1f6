#include "config/schedule_yaml.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::config {
namespace {

using std::chrono::microseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ScheduleYaml : public core::FolderTest {
 protected:
  core::Result<ModelSpec> read(const std::string& text) const { return load_model_yaml(write("model.yaml", text)); }
  std::string sentence(const std::string& text) const {
    const auto spec = read(text);
    return spec ? "no error" : spec.error().message();
  }
  std::string at(int line) const { return fmt::format("{}:{}: ", (folder() / "model.yaml").string(), line); }
};

TEST_F(ScheduleYaml, IsReadWhole) {
  const auto spec = read(R"(
max_batch_size: 8
preferred_batch_sizes: [8, 4]
preserve_ordering: false
priorities:
  levels: 3
  default: 2
  policies:
    default: {timeout_action: delay, default_timeout_us: 5000, max_queue_size: 7}
    1: {allow_timeout_override: true}
)");
  ASSERT_TRUE(spec) << spec.error().message();
  EXPECT_THAT(spec->batching->preferred_sizes, ElementsAre(4, 8));
  EXPECT_EQ(spec->batching->preserve_ordering, false);
  EXPECT_EQ(spec->priorities->levels, 3U);
  EXPECT_EQ(spec->priorities->default_level, 2U);
  EXPECT_TRUE(spec->priorities->default_policy->delay_on_timeout);
  EXPECT_EQ(spec->priorities->default_policy->default_timeout, microseconds(5000));
  EXPECT_EQ(spec->priorities->default_policy->max_queue_size, 7U);
  EXPECT_TRUE(spec->priorities->policies.at(1).allow_timeout_override);
  EXPECT_FALSE(spec->priorities->policies.at(1).delay_on_timeout);
}

TEST_F(ScheduleYaml, WhatIsNotSaidStaysUnset) {
  const auto spec = read("name: a\n");
  EXPECT_FALSE(spec->batching || spec->priorities);
  EXPECT_EQ(read("priorities: {levels: 3}\n")->priorities->default_level, 2U);
  EXPECT_EQ(read("priorities: {levels: 1}\n")->priorities->default_level, 1U);
}

TEST_F(ScheduleYaml, APolicyNeedsNoLevels) {
  const auto spec = read("priorities: {policies: {default: {max_queue_size: 2}}}\n");
  ASSERT_TRUE(spec) << spec.error().message();
  EXPECT_EQ(spec->priorities->levels, 0U);
  EXPECT_EQ(spec->priorities->default_level, 0U);
  EXPECT_EQ(spec->priorities->default_policy->max_queue_size, 2U);
}

TEST_F(ScheduleYaml, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_EQ(sentence("priorities:\n  levels: 0\n"), at(2) + "levels: \"0\" given, an integer from 1 to 1024 expected");
  EXPECT_EQ(sentence("priorities:\n  levels: 2\n  default: 3\n"),
            at(3) + "default: \"3\" given, an integer from 1 to 2 expected");
  EXPECT_EQ(sentence("priorities:\n  default: 1\n"), at(2) + "default: given without the \"levels\" that there are");
  EXPECT_EQ(sentence("priorities: {}\n"), at(1) + "priorities: \"levels\" expected, or \"policies\" with a default");
  EXPECT_THAT(sentence("priorities:\n  level: 2\n"),
              StartsWith(at(2) + "priorities: unknown key \"level\", perhaps \"levels\" is meant"));
  EXPECT_THAT(
      sentence("priorities:\n  levels: 2\n  policies:\n    3: {}\n"),
      AllOf(StartsWith(at(4) + "priorities.policies: unknown key \"3\""), HasSubstr("there are: default, 1, 2")));
  EXPECT_EQ(sentence("priorities:\n  levels: 2\n  policies:\n    1: {timeout_action: drop}\n"),
            at(4) + "timeout_action: \"drop\" given, reject or delay expected");
  EXPECT_THAT(sentence("priorities:\n  levels: 2\n  policies:\n    1: {timeout_us: 4}\n"),
              StartsWith(at(4) + "priorities.policies.1: unknown key \"timeout_us\""));
  EXPECT_EQ(sentence("max_batch_size: 4\npreferred_batch_sizes: [2, 8]\n"),
            at(2) + "preferred_batch_sizes: \"8\" given, numbers of rows from 1 to 4 expected");
  EXPECT_EQ(sentence("max_batch_size: 4\npreferred_batch_sizes: [04]\n"),
            at(2) + "preferred_batch_sizes: \"04\" given, integers without a zero before them expected");
  EXPECT_THAT(sentence("preferred_batch_sizes: 4\n"), HasSubstr("a list of numbers of rows from 1 to 65536 expected"));
  EXPECT_THAT(sentence("preferred_batch_sizes: [few]\n"), HasSubstr("\"few\" given, numbers of rows from 1 to 65536"));
  EXPECT_EQ(sentence("preserve_ordering: 2\n"), at(1) + "preserve_ordering: \"2\" given, true or false expected");
}

TEST_F(ScheduleYaml, OrderIsKeptOrChangedNotBoth) {
  EXPECT_THAT(sentence("preserve_ordering: true\npriorities: {levels: 2}\n"),
              StartsWith(at(1) + "preserve_ordering: preserve_ordering with 2 priorities: "));
  EXPECT_THAT(sentence("preserve_ordering: true\npriorities: {policies: {default: {timeout_action: delay}}}\n"),
              HasSubstr("timeout_action reject expected"));
  EXPECT_EQ(sentence("preserve_ordering: true\npriorities: {policies: {default: {max_queue_size: 2}}}\n"), "no error");
}

TEST_F(ScheduleYaml, MergesKeyByKey) {
  const auto base = read("preferred_batch_sizes: [4]\npriorities: {levels: 2}\n");
  const auto over = read("preserve_ordering: true\n");
  const ModelSpec merged = merge(*base, *over);
  EXPECT_THAT(merged.batching->preferred_sizes, ElementsAre(4));
  EXPECT_EQ(merged.batching->preserve_ordering, true);
  EXPECT_FALSE(check_ordering(merged));
}

}  // namespace
}  // namespace slipway::config
