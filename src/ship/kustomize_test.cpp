#include "ship/kustomize.hpp"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <map>

#include "core/test_folder.hpp"
#include "ship/test_deploy.hpp"

namespace slipway::ship {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class KustomizeTest : public core::FolderTest {
 protected:
  static std::vector<KustomizeFile> files(const std::string& image = "example.org:5000/shop:3", std::int64_t most = 0) {
    DeployOptions options = asked("kubernetes");
    options.image = image;
    options.for_kustomize = true;
    if (most > 0) options.replicas_max = most;
    DeploySubject subject = shop_app();
    subject.file_name = "my app.yaml";
    return kustomize_files(plan_of(options, subject));
  }
  static std::map<std::string, YAML::Node> read(const std::vector<KustomizeFile>& files) {
    std::map<std::string, YAML::Node> all;
    for (const auto& file : files) all[file.name] = YAML::Load(file.text);
    return all;
  }
};

TEST_F(KustomizeTest, TheBaseNamesItsFilesAndMakesTheConfigMap) {
  const auto all = read(files());
  const auto names = all.at("base/kustomization.yaml")["resources"].as<std::vector<std::string>>();
  for (const auto& name : names) EXPECT_TRUE(all.contains("base/" + name)) << name;
  EXPECT_THAT(names, ElementsAre("deployment.yaml", "service.yaml", "service-grpc.yaml", "poddisruptionbudget.yaml",
                                 "networkpolicy.yaml"));
  const YAML::Node generator = all.at("base/kustomization.yaml")["configMapGenerator"][0];
  const YAML::Node pod = all.at("base/deployment.yaml")["spec"]["template"]["spec"];
  EXPECT_EQ(generator["name"].as<std::string>(), pod["volumes"][0]["configMap"]["name"].as<std::string>());
  EXPECT_EQ(generator["files"][0].as<std::string>(),
            pod["containers"][0]["volumeMounts"][0]["subPath"].as<std::string>());
  EXPECT_EQ(pod["containers"][0]["volumeMounts"][0]["mountPath"].as<std::string>(), "/app/my app.yaml");
}

TEST_F(KustomizeTest, OverlaysSayImageAndReplicas) {
  const auto all = read(files());
  const YAML::Node staging = all.at("overlays/staging/kustomization.yaml");
  const YAML::Node production = all.at("overlays/production/kustomization.yaml");
  EXPECT_EQ(staging["images"][0]["name"].as<std::string>(), "example.org:5000/shop");
  EXPECT_EQ(staging["images"][0]["newTag"].as<std::string>(), "3");
  EXPECT_EQ(staging["replicas"][0]["count"].as<int>(), 1);
  EXPECT_EQ(production["replicas"][0]["count"].as<int>(), 2);
  EXPECT_NE(staging["namespace"].as<std::string>(), production["namespace"].as<std::string>());
  const std::string digest = "sha256:" + std::string(64, 'a');
  EXPECT_EQ(read(files("shop:1@" + digest))
                .at("overlays/staging/kustomization.yaml")["images"][0]["digest"]
                .as<std::string>(),
            digest);
}

TEST_F(KustomizeTest, WithAnAutoscalerItsBoundsAreSaid) {
  const auto all = read(files("a:1", 7));
  const YAML::Node production = all.at("overlays/production/kustomization.yaml");
  EXPECT_FALSE(production["replicas"]);
  EXPECT_EQ(YAML::Load(production["patches"][1]["patch"].as<std::string>())["spec"]["maxReplicas"].as<int>(), 7);
}

TEST_F(KustomizeTest, EachEnvironmentScalesByItsOwnQueue) {
  DeployOptions options = asked("kubernetes");
  options.for_kustomize = true;
  options.replicas_max = 5;
  options.autoscaler = "keda";
  for (const std::int64_t gpus : {0, 1}) {
    if (gpus > 0) options.gpus = gpus;
    const auto all = read(kustomize_files(plan_of(options)));
    const YAML::Node triggers = all.at("base/scaledobject.yaml")["spec"]["triggers"];
    for (const std::string environment : {"staging", "production"}) {
      const YAML::Node overlay = all.at("overlays/" + environment + "/kustomization.yaml");
      const YAML::Node last = overlay["patches"][2];
      EXPECT_EQ(last["target"]["kind"].as<std::string>(), "ScaledObject");
      const YAML::Node changes = YAML::Load(last["patch"].as<std::string>());
      ASSERT_EQ(changes.size(), gpus > 0 ? 2U : 1U);
      for (std::size_t i = 0; i < changes.size(); ++i) {
        EXPECT_EQ(changes[i]["path"].as<std::string>(), "/spec/triggers/" + std::to_string(i) + "/metadata/query");
        auto query = triggers[i]["metadata"]["query"].as<std::string>();
        query.insert(query.find('}'), ",namespace=\"" + overlay["namespace"].as<std::string>() + "\"");
        EXPECT_EQ(changes[i]["value"].as<std::string>(), query);
      }
    }
  }
}

TEST_F(KustomizeTest, TheBaseIsWrittenAnewAndOverlaysStay) {
  const auto kept = write_kustomize(folder() / "k", files("a:1", 7));
  ASSERT_TRUE(kept) << kept.error().message();
  EXPECT_THAT(*kept, IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(folder() / "k/base/horizontalpodautoscaler.yaml"));
  write("k/overlays/staging/kustomization.yaml", "mine");
  write("k/base/mine.yaml", "mine");
  const auto again = write_kustomize(folder() / "k", files("a:1"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->size(), 4U);
  EXPECT_FALSE(std::filesystem::exists(folder() / "k/base/horizontalpodautoscaler.yaml"));
  EXPECT_TRUE(std::filesystem::exists(folder() / "k/base/mine.yaml"));
  std::ifstream staging(folder() / "k/overlays/staging/kustomization.yaml");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(staging), {}), "mine");
}

TEST_F(KustomizeTest, AnOverlayThatDeploysAnotherImageIsTold) {
  ASSERT_TRUE(write_kustomize(folder() / "k", files("a:1")));
  const auto same = write_kustomize(folder() / "k", files("a:1"));
  ASSERT_TRUE(same);
  for (const KeptFile& file : *same) EXPECT_EQ(file.image, "") << file.name;
  const auto other = write_kustomize(folder() / "k", files("a:2"));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->front().name, "overlays/staging/kustomization.yaml");
  EXPECT_EQ(other->front().image, "a:1");
  EXPECT_EQ(other->front().change, "newTag to 2");
  EXPECT_EQ((*other)[1].image, "") << "it names no image";
}

TEST_F(KustomizeTest, WhatCannotBeWrittenIsAnError) {
  write("k", "a file");
  EXPECT_EQ(write_kustomize(folder() / "k", files()).error().code(), core::Code::unavailable);
}

}  // namespace
}  // namespace slipway::ship
