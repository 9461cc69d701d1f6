#include "models/model_control.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>

#include "core/printable.hpp"
#include "core/test_folder.hpp"
#include "core/test_logged.hpp"
#include "core/test_memory_limit.hpp"

namespace slipway::models {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* echo = "input=x FP32 -1,4\noutput=y FP32 -1,4\n";

class ControlTest : public core::FolderTest {
 protected:
  core::Result<void> load(const std::string& name, const LoadOptions& options = {}) {
    std::promise<core::Result<void>> outcome;
    control_->load(name, options, [&](core::Result<void> result) { outcome.set_value(std::move(result)); });
    return outcome.get_future().get();
  }
  core::Result<void> unload(const std::string& name) {
    std::promise<core::Result<void>> outcome;
    control_->unload(name, [&](core::Result<void> result) { outcome.set_value(std::move(result)); });
    return outcome.get_future().get();
  }
  void control(bool allowed = true) {
    control_ = std::make_unique<ModelControl>(registry_, ModelPlaces{{config::AppModel{folder(), {}}}, over_}, allowed);
  }

  runtime::BackendRegistry backends_{{SLIPWAY_TEST_BACKENDS}};
  metrics::Registry metrics_;
  Registry registry_{backends_, metrics_};
  config::ModelSpec over_;
  std::unique_ptr<ModelControl> control_;
};

TEST_F(ControlTest, ServesWhatIsOnDiskNow) {
  write("a/1/model.fake", echo);
  write("b/1/model.fake", echo);
  control();
  ASSERT_TRUE(load("a"));
  EXPECT_FALSE(registry_.find("b", "")) << "the other model of the folder was not asked for";
  write("a/2/model.fake", echo);
  ASSERT_TRUE(load("a"));
  EXPECT_EQ(registry_.find("a", "").value()->version(), "2");
  fs::remove_all(folder() / "a/2");
  ASSERT_TRUE(load("a"));
  EXPECT_EQ(registry_.find("a", "").value()->version(), "1");
}

TEST_F(ControlTest, UnloadsAndLoadsAgain) {
  write("a/1/model.fake", echo);
  control();
  ASSERT_TRUE(load("a"));
  ASSERT_TRUE(unload("a"));
  EXPECT_FALSE(registry_.find("a", ""));
  ASSERT_TRUE(load("a"));
  EXPECT_TRUE(registry_.find("a", ""));
}

TEST_F(ControlTest, AConfigOfTheRequestWins) {
  write("a/1/model.fake", echo);
  write("a/config.pbtxt", "max_batch_size: 4");
  control();
  ASSERT_TRUE(load("a", {.config = R"({"max_batch_size": 8})"}));
  EXPECT_EQ(registry_.find("a", "").value()->max_batch_size(), 8);
  ASSERT_TRUE(load("a"));
  EXPECT_EQ(registry_.find("a", "").value()->max_batch_size(), 4);
}

TEST_F(ControlTest, AConfigOfTheRequestReplacesTheFile) {
  write("a/1/model.fake", echo);
  write("a/config.pbtxt",
        "response_cache { enable: true } instance_group [ { count: 3 } ] sequence_batching { } max_batch_size: 4");
  control();
  EXPECT_FALSE(load("a")) << "a cache beside sequences";
  ASSERT_TRUE(load("a", {.config = R"({"max_batch_size": 8, "dynamic_batching": {}})"}));
  const Handle version = *registry_.find("a", "");
  EXPECT_EQ(version->instances(), settings_of({}).instances);
  EXPECT_EQ(version->max_batch_size(), 8);
  EXPECT_FALSE(version->spec().response_cache || version->spec().sequence);
  write("a/config.pbtxt", "no configuration");
  EXPECT_FALSE(load("a"));
  EXPECT_TRUE(load("a", {.config = R"({"max_batch_size": 8})"}));
}

TEST_F(ControlTest, FilesThatAConfigNamesLieInTheModelsFolder) {
  write("one/b/1/model.fake", echo);
  write("two/a/1/model.fake", echo);
  write("two/a/labels.txt", "cat\ndog\nemu\nfox\n");
  const LoadOptions labelled{.config = R"({"output": [{"name": "y", "label_filename": "labels.txt"}]})"};
  using Places = std::vector<config::AppModel>;
  for (const Places& places :
       {Places{{folder() / "one", {}}, {folder() / "two", {}}}, Places{{folder() / "two" / "a", {}}}}) {
    control_ = std::make_unique<ModelControl>(registry_, ModelPlaces{places, over_}, true);
    const auto loaded = load("a", labelled);
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_EQ(registry_.find("a", "").value()->spec().output_labels.at(0).labels.size(), 4U);
  }
  EXPECT_THAT(load("a", {.config = R"({"version_policy": {"specific": {"versions": [7]}}})"}).error().message(),
              HasSubstr("none of the versions"));
}

TEST_F(ControlTest, FilesWithoutAModelAreRefused) {
  control();
  EXPECT_THAT(load("sent", {.config = "{}", .files = {{"readme.txt", "x"}}}).error().message(),
              HasSubstr("file:1/model.onnx expected"));
}

TEST_F(ControlTest, WhatTheCommandLineSaysHoldsForFilesOfTheRequestToo) {
  over_.instances = 3;
  control();
  ASSERT_TRUE(load("sent", {.config = R"({"max_batch_size": 8})", .files = {{"1/model.fake", echo}}}));
  EXPECT_EQ(registry_.find("sent", "").value()->instances(), 3U);
  EXPECT_EQ(registry_.find("sent", "").value()->max_batch_size(), 8);
}

TEST(RunSettings, InstancesThatNobodyAskedForFitTheBoundOfThreads) {
  config::ModelSpec spec;
  spec.threads = 1024;
  EXPECT_EQ(settings_of(spec).instances, 1U);
}

TEST_F(ControlTest, ServesFilesOfTheRequestAndRemovesThem) {
  control();
  const LoadOptions sent{.config = "{}", .files = {{"1/model.fake", echo}, {"3/model.fake", echo}}};
  ASSERT_TRUE(load("sent", sent));
  const Handle version = *registry_.find("sent", "3");
  const fs::path file = version->model().options().path;
  EXPECT_TRUE(fs::exists(file));
  ASSERT_TRUE(unload("sent"));
  EXPECT_TRUE(fs::exists(file)) << "a request may still use it";
}

TEST_F(ControlTest, FilesOfTheRequestMayLieBehindAnOddPath) {
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  setenv("TMPDIR", (folder() / "." / ".." / folder().filename()).c_str(), 1);
  control();
  EXPECT_TRUE(load("sent", {.config = "{}", .files = {{"1/model.fake", echo}}}));
  if (before == nullptr) {
    unsetenv("TMPDIR");
  } else {
    setenv("TMPDIR", kept.c_str(), 1);
  }
}

TEST_F(ControlTest, SaysWhatIsWrong) {
  write("broken/1/model.fake", "fail_load=no luck\n");
  control();
  EXPECT_THAT(load("none").error().message(), HasSubstr("failed to load 'none': no model of that name in"));
  EXPECT_THAT(load("broken").error().message(), HasSubstr("no luck"));
  EXPECT_THAT(load("x", {.files = {{"1/model.fake", echo}}}).error().message(), HasSubstr("\"config\""));
  EXPECT_THAT(load("x", {.config = "{", .files = {{"1/model.fake", echo}}}).error().message(), HasSubstr("config"));
  EXPECT_THAT(load("x", {.config = "{}", .files = {{"latest/model.fake", echo}}}).error().message(),
              HasSubstr("latest: is no version of it, 1/model.fake expected"));
  for (const char* place : {"../model.fake", "/tmp/model.fake", "1/../../model.fake", ""})
    EXPECT_THAT(load("x", {.config = "{}", .files = {{place, echo}}}).error().message(), HasSubstr("1/model.onnx"));
  std::string deep;
  for (int i = 0; i < 2500; ++i) deep += "a/";
  const std::vector<std::vector<std::pair<std::string, std::string>>> in_the_way{
      {{"1", "x"}, {"1/model.fake", echo}}, {{"1/model.fake", echo}, {"1", "x"}}, {{deep + "model.fake", echo}}};
  for (const auto& files : in_the_way) {
    const auto loaded = load("x", {.config = "{}", .files = files});
    EXPECT_EQ(loaded.error().code(), core::Code::invalid_argument) << loaded.error().message();
  }
  EXPECT_THAT(load("../x", {.config = "{}", .files = {{"1/model.fake", echo}}}).error().message(), HasSubstr("../x"));
  EXPECT_EQ(unload("none").error().code(), core::Code::not_found);
}

TEST_F(ControlTest, FilesOfARequestNameNoOthers) {
  control();
  write("secret.txt", "one\ntwo\n");
  const auto with_labels = [this](const std::string& file) {
    const std::string yaml = "transforms: {output: {labels: {file: \"" + file + "\"}}}\n";
    return load("x",
                {.config = "{}", .files = {{"1/model.fake", echo}, {"model.yaml", yaml}, {"l.txt", "a\nb\nc\nd\n"}}});
  };
  const std::string up = "../../../../../../../../../../../..";
  for (const std::string& file : {(folder() / "secret.txt").string(), up + (folder() / "secret.txt").string()}) {
    const auto refused = with_labels(file);
    ASSERT_FALSE(refused) << file;
    EXPECT_THAT(refused.error().message(), HasSubstr("a file among those that were given expected"));
  }
  // nothing is said of what is elsewhere, not even whether it is there
  for (const char* file : {"/etc/none-such", "/etc", "/etc/hostname.json", "../x/../../l.txt"})
    EXPECT_THAT(with_labels(file).error().message(), HasSubstr("a file among those that were given expected")) << file;
  const auto own = with_labels("l.txt");
  EXPECT_TRUE(own) << own.error().message();
}

TEST_F(ControlTest, IsRefusedWhereItIsNotAllowed) {
  write("a/1/model.fake", echo);
  control(false);
  EXPECT_THAT(load("a").error().message(), HasSubstr("--model-control"));
  EXPECT_THAT(unload("a").error().message(), HasSubstr("--model-control"));
}

TEST_F(ControlTest, ANameDoesNotLeadToOtherFolders) {
  const fs::path secret = write("secret.txt", "cat\ndog\n");
  write("models/a/1/model.fake", echo);
  control_ =
      std::make_unique<ModelControl>(registry_, ModelPlaces{{config::AppModel{folder() / "models", {}}}, over_}, true);
  for (const std::string name : {"..", "../models/a", "a/../..", ""}) {
    const auto refused = load(name, {.config = R"({"output": [{"name": "y", "label_filename": "secret.txt"}]})"});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("no name of a model's folder")) << name;
  }
}

TEST_F(ControlTest, AConfigurationDoesNotFillTheLog) {
  write("a/1/model.fake", echo);
  control();
  std::string warm_ups = R"({"model_warmup": [{"name": "w")";
  for (int i = 0; i < 5000; ++i) warm_ups += R"(}, {"name": "w")";
  const core::Logged logged;
  const auto loaded = load("a", {.config = warm_ups + "}]}"});
  ASSERT_TRUE(loaded) << loaded.error().message();
  const std::string log = logged.text();
  EXPECT_LT(std::ranges::count(log, '\n'), 30) << log;
  EXPECT_THAT(log, HasSubstr("4981 more of these"));
}

TEST_F(ControlTest, ALongNameDoesNotHideWhatIsWrong) {
  control();
  EXPECT_THAT(core::told(load(std::string(3000, 'n')).error().message()), HasSubstr("no model of that name"));
}

#ifdef SLIPWAY_MEMORY_CAN_BE_LIMITED
TEST_F(ControlTest, WhateverALoadThrowsItsClientHears) {
  constexpr std::size_t large = 256U << 20U;
  write("a/1/model.fake", echo);
  control();
  LoadOptions options{.config = std::string(large, ' ') + "{}", .files = {}};
  std::promise<core::Result<void>> outcome;
  auto told = outcome.get_future();
  {
    const core::TestMemoryLimit limit(large / 2);  // too little for the reader's copy of the text
    control_->load("a", std::move(options), [&](core::Result<void> result) { outcome.set_value(std::move(result)); });
    ASSERT_EQ(told.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  }
  const auto refused = told.get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), core::Code::internal);
}
#endif

}  // namespace
}  // namespace slipway::models
