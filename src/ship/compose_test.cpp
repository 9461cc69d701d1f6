#include "ship/compose.hpp"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include "ship/test_deploy.hpp"

namespace slipway::ship {
namespace {

YAML::Node service_of(const DeployOptions& options, const DeploySubject& subject = shop()) {
  return YAML::Load(compose_file(plan_of(options, subject)))["services"]["shop"];
}

TEST(Compose, ItRunsWithoutRightsAndIsGivenItsTimeToEnd) {
  DeployOptions options = asked("compose");
  options.drain_timeout = std::chrono::milliseconds(30'000);
  const YAML::Node service = service_of(options);
  EXPECT_TRUE(service["read_only"].as<bool>());
  EXPECT_EQ(service["cap_drop"][0].as<std::string>(), "ALL");
  EXPECT_EQ(service["stop_grace_period"].as<std::string>(), "35s");
  EXPECT_EQ(service["environment"]["SLIPWAY_DRAIN_TIMEOUT"].as<std::string>(), "30s");
  EXPECT_EQ(service["ports"][0].as<std::string>(), "127.0.0.1:8000:8000");
}

TEST(Compose, ADollarIsNoVariable) {
  DeployOptions options = asked("compose");
  options.variables = {"A=${HOME} $$", "B=yes"};
  const YAML::Node environment = service_of(options)["environment"];
  EXPECT_EQ(environment["A"].as<std::string>(), "$${HOME} $$$$");
  EXPECT_EQ(environment["B"].as<std::string>(), "yes");
}

TEST(Compose, LimitsAreInItsOwnUnits) {
  DeployOptions options = asked("compose");
  options.cpu = "1500m";
  options.memory = "1.5Gi";
  options.gpus = 1;
  const YAML::Node resources = service_of(options)["deploy"]["resources"];
  EXPECT_EQ(resources["limits"]["cpus"].as<std::string>(), "1.500");
  EXPECT_EQ(resources["limits"]["memory"].as<std::string>(), "1536M");
  EXPECT_EQ(resources["reservations"]["devices"][0]["count"].as<int>(), 1);
}

TEST(Compose, NoPortIsPublishedThatTheServerHasNot) {
  DeploySubject subject = shop();
  subject.grpc_port = std::nullopt;
  subject.metrics_port = std::nullopt;
  EXPECT_EQ(service_of(asked("compose"), subject)["ports"].size(), 1U);
}

TEST(Compose, TheServerListensWhereItIsPublished) {
  DeploySubject subject = shop();
  subject.http_port = 9000;
  subject.grpc_port = std::nullopt;
  const YAML::Node service = service_of(asked("compose"), subject);
  EXPECT_EQ(service["ports"][0].as<std::string>(), "127.0.0.1:9000:9000");
  EXPECT_EQ(service["environment"]["SLIPWAY_HTTP_PORT"].as<std::string>(), "9000")
      << "its health check asks there, too";
  EXPECT_EQ(service["environment"]["SLIPWAY_GRPC_PORT"].as<std::string>(), "none");
  EXPECT_EQ(service["environment"]["SLIPWAY_METRICS_PORT"].as<std::string>(), "8002");
}

}  // namespace
}  // namespace slipway::ship
