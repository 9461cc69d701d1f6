#include "ship/kserve.hpp"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include "ship/test_deploy.hpp"

namespace slipway::ship {
namespace {

struct Objects {
  YAML::Node runtime, service;
};
Objects objects(const DeployOptions& options) {
  const auto all = YAML::LoadAll(kserve_file(plan_of(options)));
  return {all.at(0), all.at(1)};
}

TEST(Kserve, TheServiceNamesItsRuntimeAndAFormatOfIt) {
  const auto [runtime, service] = objects(asked("kserve"));
  const YAML::Node model = service["spec"]["predictor"]["model"];
  EXPECT_EQ(model["runtime"].as<std::string>(), runtime["metadata"]["name"].as<std::string>());
  EXPECT_EQ(model["modelFormat"]["name"].as<std::string>(),
            runtime["spec"]["supportedModelFormats"][0]["name"].as<std::string>());
  const auto protocols = runtime["spec"]["protocolVersions"].as<std::vector<std::string>>();
  EXPECT_THAT(protocols, ::testing::Contains(model["protocolVersion"].as<std::string>()));
  EXPECT_EQ(runtime["spec"]["containers"][0]["name"].as<std::string>(), "kserve-container") << "which KServe looks for";
  EXPECT_EQ(runtime["spec"]["containers"][0]["ports"][0]["containerPort"].as<int>(), 8000) << "the first is reached";
}

TEST(Kserve, WhatKserveBringsIsServedFromWhereItPutsIt) {
  DeployOptions options = asked("kserve");
  EXPECT_FALSE(objects(options).runtime["spec"]["containers"][0]["args"]);
  options.storage_uri = "pvc://models/shop";
  const auto [runtime, service] = objects(options);
  EXPECT_EQ(runtime["spec"]["containers"][0]["args"][0].as<std::string>(), "/mnt/models");
  EXPECT_EQ(service["spec"]["predictor"]["model"]["storageUri"].as<std::string>(), "pvc://models/shop");
  for (const char* wrong : {"models", "://x", "s3://a b", "s3://a\nb", "ftp://a/b", "s3://", "s3://a\"b"}) {
    options.storage_uri = wrong;
    EXPECT_FALSE(plan_deployment(options, shop())) << wrong;
  }
}

TEST(Kserve, ReplicasStandStillUnlessTheyMayScale) {
  DeployOptions options = asked("kserve");
  YAML::Node predictor = objects(options).service["spec"]["predictor"];
  EXPECT_EQ(predictor["minReplicas"].as<int>(), 2);
  EXPECT_EQ(predictor["maxReplicas"].as<int>(), 2);
  EXPECT_FALSE(predictor["scaleMetric"]);
  options.replicas_max = 5;
  predictor = objects(options).service["spec"]["predictor"];
  EXPECT_EQ(predictor["maxReplicas"].as<int>(), 5);
  EXPECT_EQ(predictor["scaleMetric"].as<std::string>(), "cpu");
  EXPECT_EQ(predictor["terminationGracePeriodSeconds"].as<int>(), 30);
}

}  // namespace
}  // namespace slipway::ship
