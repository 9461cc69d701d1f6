#include "app/model_loading.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

namespace slipway::app {
namespace {

namespace fs = std::filesystem;

class ModelLoading : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("slipway_loading_{}", ::getpid());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& text) {
    const fs::path file = folder_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file;
  }

  fs::path folder_;
};

TEST_F(ModelLoading, PlansModelsAndOneAppFile) {
  const auto app = write("app.yaml", "server:\n  http_port: 9000\nmodels:\n  - path: a.onnx\n    instances: 3\n");
  config::ModelSpec over;
  over.threads = 2;
  const auto plan = plan_from({"b.onnx", app}, over);
  ASSERT_TRUE(plan) << plan.error().message();
  ASSERT_EQ(plan->models.size(), 2U);
  EXPECT_TRUE(plan->models[0].path.is_absolute());
  EXPECT_EQ(plan->models[1].path, folder_ / "a.onnx");
  EXPECT_EQ(plan->models[1].spec.instances, 3U);
  EXPECT_EQ(plan->models[1].spec.threads, 2U);
  EXPECT_EQ(plan->server.http_port, 9000);
}

TEST_F(ModelLoading, RefusesTwoAppFilesAndOneNameForTwoModels) {
  const auto first = write("a.yaml", "models: []\n");
  const auto second = write("b.yaml", "models: []\n");
  const auto two = plan_from({first, second}, {});
  ASSERT_FALSE(two);
  EXPECT_NE(two.error().message().find("b.yaml"), std::string::npos);

  config::ModelSpec over;
  over.name = "x";
  EXPECT_FALSE(plan_from({"a.onnx", "b.onnx"}, over));
}

TEST_F(ModelLoading, OneBadModelIsAnErrorAndNothingServedIsOneToo) {
  runtime::BackendRegistry backends({});
  metrics::Registry metrics;
  models::Registry registry(backends, metrics);
  EXPECT_FALSE(load_models({{folder_ / "missing.onnx", {}}}, registry));
  write("repo/a.onnx", "not a model");
  write("repo/b.onnx", "not a model");
  const auto none = load_models({{folder_ / "repo", {}}}, registry);
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message().find("none of 2 models"), std::string::npos) << none.error().message();
}

TEST_F(ModelLoading, ANameIsOneLine) {
  config::ModelSpec over;
  over.name = "x\nRUN evil";
  const auto plan = plan_from({"model.onnx"}, over);
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().message().starts_with("--name x?RUN evil: a name with")) << plan.error().message();
}

}  // namespace
}  // namespace slipway::app
