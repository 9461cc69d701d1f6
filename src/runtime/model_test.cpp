// Backend, Model and Instance over the fake backend, which does what its model's file says.
#include "runtime/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/test_folder.hpp"
#include "runtime/backend_registry.hpp"

namespace slipway::runtime {
namespace {

using core::Code;
using core::DataType;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class Fake : public testing::Test {
 protected:
  core::Result<std::shared_ptr<Model>> load(std::string_view content) {
    return registry.load("fake", {.path = folder.write("m.fake", content), .format = "fake", .options = options});
  }
  std::unique_ptr<Instance> instance_of(std::string_view content) {
    const auto model = load(content);
    if (!model) {
      ADD_FAILURE() << model.error().message();
      return nullptr;
    }
    auto instance = Instance::create(*model, 0);
    return instance ? std::move(*instance) : nullptr;
  }
  std::string load_failure(std::string_view content) {
    const auto model = load(content);
    return model ? "loaded" : model.error().message();
  }

  BackendRegistry registry{{SLIPWAY_TEST_BACKENDS}};
  std::vector<std::pair<std::string, std::string>> options;
  core::TestFolder folder;
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  const core::TensorView x{"x", DataType::fp32, {2, 3}, std::as_bytes(std::span(values))};
  const std::vector<std::uint32_t> first{0};
};

TEST_F(Fake, DeclaresWhatItsFileSays) {
  const auto model = load("# a comment\n\ninput=x FP32 -1,3 batch,\ninput=s BYTES\noutput=y FP32 -1,3\n");
  ASSERT_TRUE(model) << model.error().message();
  ASSERT_EQ((*model)->inputs().size(), 2u);
  const core::TensorInfo& input = (*model)->inputs()[0];
  EXPECT_EQ(input.name, "x");
  EXPECT_EQ(input.dtype, DataType::fp32);
  EXPECT_THAT(input.shape, ElementsAre(-1, 3));
  EXPECT_THAT(input.dim_names, ElementsAre("batch", ""));
  EXPECT_EQ((*model)->inputs()[1].dtype, DataType::bytes);
  EXPECT_TRUE((*model)->inputs()[1].shape.empty());
  EXPECT_TRUE((*model)->outputs().at(0).dim_names.empty());
}

TEST_F(Fake, EchoesTheOutputsThatAreWanted) {
  const auto instance = instance_of("input=x FP32 -1,3\ninput=n INT64 -1\noutput=y FP32 -1,3\noutput=m INT64 -1\n");
  ASSERT_TRUE(instance);
  const std::vector<std::int64_t> numbers{7, 8};
  const std::vector<core::TensorView> inputs{x, {"n", DataType::int64, {2}, std::as_bytes(std::span(numbers))}};
  const std::vector<std::uint32_t> both{0, 1};
  const auto answer = instance->run(inputs, both);
  ASSERT_TRUE(answer) << answer.error().message();
  ASSERT_EQ(answer->size(), 2u);
  EXPECT_EQ(answer->at(0).name, "y");
  EXPECT_THAT(answer->at(0).shape, ElementsAre(2, 3));
  ASSERT_EQ(answer->at(0).data.size(), x.bytes.size());
  EXPECT_EQ(std::memcmp(answer->at(0).data.data(), x.bytes.data(), x.bytes.size()), 0);
  const std::vector<std::uint32_t> second{1};
  const auto one = instance->run(inputs, second);
  ASSERT_TRUE(one) << one.error().message();
  ASSERT_EQ(one->size(), 1u);
  EXPECT_EQ(one->at(0).name, "m");
}

TEST_F(Fake, PassesEmptyTensors) {
  const auto instance = instance_of("input=x FP32 -1,3\noutput=y FP32 -1,3\n");
  ASSERT_TRUE(instance);
  const std::vector<core::TensorView> inputs{{"x", DataType::fp32, {0, 3}, {}}};
  const auto answer = instance->run(inputs, first);
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_THAT(answer->at(0).shape, ElementsAre(0, 3));
  EXPECT_TRUE(answer->at(0).data.empty());
}

TEST_F(Fake, ServesAfterAFailure) {
  const auto instance = instance_of("input=x FP32 -1,3\noutput=y FP32 -1,3\nfail_every=2\nfail=no luck\n");
  ASSERT_TRUE(instance);
  const std::vector<core::TensorView> inputs{x};
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(instance->run(inputs, first));
    const auto failed = instance->run(inputs, first);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), Code::internal);
    EXPECT_EQ(failed.error().message(), "no luck");
  }
}

TEST_F(Fake, ServesAfterAnException) {
  const auto instance =
      instance_of("input=x FP32 -1,3\noutput=y FP32 -1,3\nfail_every=2\nthrow=thrown over the edge\n");
  ASSERT_TRUE(instance);
  const std::vector<core::TensorView> inputs{x};
  EXPECT_TRUE(instance->run(inputs, first));
  const auto failed = instance->run(inputs, first);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), Code::internal);
  EXPECT_EQ(failed.error().message(), "backend fake threw an exception: thrown over the edge");
  EXPECT_TRUE(instance->run(inputs, first));
}

TEST_F(Fake, FailsEveryRunWhenThatIsAllItsFileSays) {
  const auto instance = instance_of("input=x FP32 -1,3\noutput=y FP32 -1,3\nfail=never\n");
  ASSERT_TRUE(instance);
  const std::vector<core::TensorView> inputs{x};
  EXPECT_FALSE(instance->run(inputs, first));
  EXPECT_FALSE(instance->run(inputs, first));
}

TEST_F(Fake, TakesAnotherTimeAfterSoManyRuns) {
  const auto instance = instance_of(
      "input=x FP32 -1,3\noutput=y FP32 -1,3\nthen_after=2\nthen_delay_us=5000\nthen_delay_us_per_row=5000\n");
  ASSERT_TRUE(instance);
  const std::vector<core::TensorView> inputs{x};
  const auto takes_its_time = [&] {
    const core::TimePoint begin = core::now();
    EXPECT_TRUE(instance->run(inputs, first));
    return core::now() - begin >= std::chrono::microseconds(5000 + 5000 * x.shape[0]);
  };
  for (int i = 0; i < 2; ++i) takes_its_time();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(takes_its_time());
}

TEST_F(Fake, CountsTheInputsOfARun) {
  const auto instance = instance_of("input=x FP32 -1,3\ninput=z FP32 -1,3\noutput=y FP32 -1,3\n");
  ASSERT_TRUE(instance);
  const std::vector<core::TensorView> inputs{x};
  const auto failed = instance->run(inputs, first);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("1 inputs given"));
}

TEST_F(Fake, SaysWhatIsWrongWithItsFile) {
  const std::string good = "input=x FP32 -1,3\noutput=y FP32 -1,3\n";
  EXPECT_THAT(load_failure(good + "fail_load=out of luck\n"), EndsWith("m.fake: out of luck"));
  EXPECT_THAT(load_failure(good + "dealy_us=3\n"), HasSubstr("m.fake: line 3: unknown key \"dealy_us\""));
  EXPECT_THAT(load_failure(good + "delay_us=soon\n"), HasSubstr("m.fake: line 3: \"soon\" given, a whole number"));
  EXPECT_THAT(load_failure(good + "delay_us=-1\n"), HasSubstr("from 0 up"));
  EXPECT_THAT(load_failure(good + "delay_us=1\ndelay_us=2\n"),
              HasSubstr("m.fake: line 4: the key \"delay_us\" is given twice"));
  EXPECT_THAT(load_failure(good + "mode=double\n"), HasSubstr("echo expected"));
  EXPECT_THAT(load_failure(good + "fail=a\nthrow=b\n"), HasSubstr("exclude each other"));
  EXPECT_THAT(load_failure(good + "input\n"), HasSubstr("key=value expected"));
  EXPECT_THAT(load_failure("input=x FP33 -1\n"), HasSubstr("m.fake: line 1: \"x FP33 -1\" given, NAME TYPE"));
  EXPECT_THAT(load_failure("input=x FP32 -1,3 batch\n"), HasSubstr("names 1 dimensions, -1,3 has 2"));
  EXPECT_THAT(load_failure("input=x FP32 -1\noutput=y INT64 -1\n"), HasSubstr("of another type"));
  EXPECT_THAT(load_failure(""), HasSubstr("names no input or no output"));
}

TEST_F(Fake, HasNoOptions) {
  options = {{"graph", "all"}};
  EXPECT_THAT(load_failure("input=x FP32 -1\noutput=y FP32 -1\n"), HasSubstr("option \"graph\""));
}

TEST_F(Fake, HasAsManyInstancesAsItWasLoadedFor) {
  BackendRegistry own({SLIPWAY_TEST_BACKENDS});
  const auto file = folder.write("many.fake", "input=x FP32 -1,3\noutput=y FP32 -1,3\n");
  auto made = own.load("fake", {.path = file, .format = "fake", .instances = 3});
  ASSERT_TRUE(made) << made.error().message();
  const auto instances = create_instances(*made);
  ASSERT_TRUE(instances) << instances.error().message();
  ASSERT_EQ(instances->size(), 3U);
  for (const auto& instance : *instances) EXPECT_TRUE(instance->run(std::vector<core::TensorView>{x}, first));
}

TEST_F(Fake, LivesAsLongAsAnInstance) {
  std::unique_ptr<Instance> instance;
  {
    BackendRegistry own({SLIPWAY_TEST_BACKENDS});
    const auto file = folder.write("own.fake", "input=x FP32 -1,3\noutput=y FP32 -1,3\n");
    auto made = own.load("fake", {.path = file, .format = "fake"});
    ASSERT_TRUE(made) << made.error().message();
    instance = std::move(Instance::create(std::move(*made), 0).value());
  }
  const std::vector<core::TensorView> inputs{x};
  EXPECT_TRUE(instance->run(inputs, first));
}

}  // namespace
}  // namespace slipway::runtime
