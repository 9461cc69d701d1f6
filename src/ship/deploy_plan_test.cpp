#include "ship/deploy_plan.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "ship/test_deploy.hpp"

namespace slipway::ship {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string hash(64, 'a');

struct Wrong {
  const char* says;
  std::function<void(DeployOptions&, DeploySubject&)> change;
};

TEST(DeployPlan, WhatIsWrongIsSaid) {
  using O = DeployOptions&;
  using S = DeploySubject&;
  const std::vector<Wrong> cases{
      {"--to nomad", [](O o, S) { o.to = "nomad"; }},
      {"--to : kubernetes, kserve, compose or systemd expected", [](O o, S) { o.to = ""; }},
      {"--name \"My Shop\"", [](O o, S) { o.name = "My Shop"; }},
      {"at most 50", [](O o, S) { o.name = std::string(51, 'a'); }},
      {"--namespace", [](O o, S) { o.name_space = "a.b"; }},
      {"example.org/shop:3 expected", [](O o, S) { o.image = "Shop:1"; }},
      {"--replicas 0: 1 to", [](O o, S) { o.replicas = 0; }},
      {"--replicas -1", [](O o, S) { o.replicas = -1; }},
      {"--max-replicas 1 is below --min-replicas 3", [](O o, S) { o.replicas_max = 1, o.replicas_min = 3; }},
      {"--min-replicas 0", [](O o, S) { o.replicas_max = 3, o.replicas_min = 0; }},
      {"--max-replicas is missing", [](O o, S) { o.replicas_min = 3; }},
      {"--autoscaler: --max-replicas is missing", [](O o, S) { o.autoscaler = "keda"; }},
      {"--autoscaler vpa: hpa or keda", [](O o, S) { o.replicas_max = 3, o.autoscaler = "vpa"; }},
      {"--replicas with --max-replicas", [](O o, S) { o.replicas = 2, o.replicas_max = 3; }},
      {"--queue-target 0", [](O o, S) { o.replicas_max = 3, o.queue_target = 0; }},
      {"--prometheus: is for --autoscaler keda", [](O o, S) { o.prometheus = "http://p"; }},
      {"--prometheus prom", [](O o, S) { o.replicas_max = 3, o.autoscaler = "keda", o.prometheus = "prom"; }},
      {"--memory 2GBB", [](O o, S) { o.memory = "2GBB"; }},
      {"--cpu two", [](O o, S) { o.cpu = "two"; }},
      {"--cpu-limit 1 is below --cpu 2", [](O o, S) { o.cpu = "2", o.cpu_limit = "1"; }},
      {"--memory-limit 1Gi is below --memory 2Gi", [](O o, S) { o.memory = "2Gi", o.memory_limit = "1Gi"; }},
      {"--gpus 0", [](O o, S) { o.gpus = 0; }},
      {"--gpu-resource gpu", [](O o, S) { o.gpu_resource = "gpu"; }},
      {"--env A: NAME=", [](O o, S) { o.variables = {"A"}; }},
      {"--env \"2A\"", [](O o, S) { o.variables = {"2A=x"}; }},
      {"a value of one line", [](O o, S) { o.variables = {"A=x\ny"}; }},
      {"set twice",
       [](O o, S) {
         o.variables = {"A=1", "A=2"};
       }},
      {"set twice", [](O o, S) { o.variables = {"A=1"}, o.secret_variables = {"A=b/c"}; }},
      {"--drain-delay", [](O o, S) { o.variables = {"SLIPWAY_DRAIN_DELAY=1s"}; }},
      {"app file", [](O o, S) { o.variables = {"SLIPWAY_HTTP_PORT=1"}; }},
      {"NAME=SECRET/KEY", [](O o, S) { o.secret_variables = {"A=b"}; }},
      {"the key \"c d\"", [](O o, S) { o.secret_variables = {"A=b/c d"}; }},
      {"the secret \"B\"", [](O o, S) { o.secret_variables = {"A=B/c"}; }},
      {"--image-pull-secret", [](O o, S) { o.image_pull_secret = "a b"; }},
      {"one hash for each", [](O o, S) { o.model_urls = {"https://a/b"}; }},
      {"one hash for each", [](O o, S) { o.model_sha256s = {hash}; }},
      {"--model-url \"ftp://a/b\"", [](O o, S) { o.model_urls = {"ftp://a/b"}, o.model_sha256s = {hash}; }},
      {"--model-url \"https://\"", [](O o, S) { o.model_urls = {"https://"}, o.model_sha256s = {hash}; }},
      {"a file or an archive", [](O o, S) { o.model_urls = {"s3://a/b/"}, o.model_sha256s = {hash}; }},
      {"a file or an archive", [](O o, S) { o.model_urls = {"https://a"}, o.model_sha256s = {hash}; }},
      {"--storage-uri: means nothing with --to kubernetes", [](O o, S) { o.storage_uri = "s3://a/b"; }},
      {"--kustomize: means nothing with --to kserve", [](O o, S) { o.to = "kserve", o.for_kustomize = true; }},
      {"--namespace with --kustomize", [](O o, S) { o.for_kustomize = true, o.name_space = "a"; }},
      {"without colons", [](O, S s) { s = shop_app(), s.file_name = "a:b.yaml"; }},
      {"a password", [](O o, S) { o.model_urls = {"https://u:p@a/b"}, o.model_sha256s = {hash}; }},
      {"64 digits", [](O o, S) { o.model_urls = {"https://a/b"}, o.model_sha256s = {"12"}; }},
      {"from one place", [](O o, S) { o.model_volume = "v", o.model_urls = {"https://a/b"}; }},
      {"--model-secret: is for --model-url", [](O o, S) { o.model_secret = "s"; }},
      {"--model-endpoint: is for --model-url", [](O o, S) { o.model_endpoint = "https://s"; }},
      {"--model-volume", [](O o, S) { o.model_volume = "A"; }},
      {"an app file's models", [](O o, S s) { s = shop_app(), o.model_volume = "v"; }},
      {"--allow-namespace with --no-network-policy",
       [](O o, S) { o.network_policy = false, o.allowed_namespaces = {"a"}; }},
      {"--program: means nothing with --to kubernetes", [](O o, S) { o.program = "/bin/slipway"; }},
      {"--program slipway", [](O o, S) { o.to = "systemd", o.program = "slipway"; }},
      {"without quotes", [](O o, S) { o.to = "systemd", o.program = "/bin/a\"b"; }},
      {"without quotes", [](O o, S) { o.to = "systemd", o.program = "/bin/a'b"; }},
      {"without quotes", [](O o, S) { o.to = "systemd", o.program = "/bin/a$b"; }},
      {"without quotes", [](O o, S) { o.to = "systemd", o.program = "/bin/a\\b"; }},
      {"app.yaml: http_port 0", [](O, S s) { s = shop_app(), s.http_port = 0; }},
      {"app.yaml: grpc_port 0", [](O, S s) { s = shop_app(), s.grpc_port = 0; }},
      {"no text", [](O, S s) { s = shop_app(), s.app_file = std::string("a: \x01\n"); }},
      {"over 1 MiB", [](O, S s) { s = shop_app(), s.app_file = std::string((1U << 20U) + 1, '#'); }},
      {"--namespace: means nothing with --to compose", [](O o, S) { o.to = "compose", o.name_space = "a"; }},
      {"--replicas: means nothing with --to systemd", [](O o, S) { o.to = "systemd", o.replicas = 2; }},
      {"--image: means nothing with --to systemd", [](O o, S) { o.to = "systemd", o.image = "a:1"; }},
      {"--model-url: means nothing with --to kserve", [](O o, S) { o.to = "kserve", o.model_urls = {"https://a/b"}; }},
  };
  for (const Wrong& wrong : cases) {
    SCOPED_TRACE(wrong.says);
    DeployOptions options = options_for("kubernetes");
    DeploySubject subject = shop();
    wrong.change(options, subject);
    const auto plan = plan_deployment(options, subject);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code(), core::Code::invalid_argument);
    EXPECT_THAT(plan.error().message(), HasSubstr(wrong.says));
    EXPECT_EQ(plan.error().message().find('\n'), std::string::npos) << "a value of the user's is no sentence";
  }
}

TEST(DeployPlan, AnImageThatNobodyCouldNameAgainIsNoted) {
  DeployOptions options = options_for("kubernetes");
  EXPECT_THAT(plan_deployment(options, shop())->notes, ElementsAre(HasSubstr("no --image given: shop:latest")));
  DeploySubject digits = shop();
  digits.called = "7b";
  EXPECT_EQ(plan_deployment(options, digits)->image, "7b:latest") << "as slipway pack calls it";
  EXPECT_EQ(plan_deployment(options, digits)->name, "m-7b");
  options.image = "example.org/shop";
  EXPECT_THAT(plan_deployment(options, shop())->notes, ElementsAre(HasSubstr("no tag but latest")));
  options.image = "example.org/shop:3";
  EXPECT_THAT(plan_deployment(options, shop())->notes, IsEmpty());
}

TEST(DeployPlan, ASecretInAnAddressIsNoted) {
  DeployOptions options = asked("kubernetes");
  options.model_sha256s = {hash};
  for (const char* query :
       {"X-Amz-Expires=9&X-Amz-Signature=0", "sv=1&sig=a%2B", "token=x", "Access_Token=x", "api_key=1"}) {
    options.model_urls = {std::string("https://example.org/a.onnx?") + query};
    const auto plan = plan_deployment(options, shop());
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_THAT(plan->notes, ElementsAre(HasSubstr("--model-url https://example.org/a.onnx?…: what follows")));
  }
  for (const char* plain : {"https://example.org/token=/a.onnx", "https://example.org/a.onnx?download=token&sign=1",
                            "s3://bucket/a?token=1.onnx"}) {
    options.model_urls = {plain};
    EXPECT_THAT(plan_deployment(options, shop())->notes, IsEmpty()) << plain;
  }
}

TEST(DeployPlan, APortOfTheSystemIsNotedForAContainerAndRefusedForAUnit) {
  for (const auto& change : std::vector<std::function<void(DeploySubject&)>>{
           [](DeploySubject& s) { s.http_port = 80; }, [](DeploySubject& s) { s.grpc_port = 80; },
           [](DeploySubject& s) { s.metrics_port = 80; }}) {
    DeploySubject subject = shop_app();
    change(subject);
    for (const char* to : {"kubernetes", "kserve", "compose"}) {
      EXPECT_THAT(plan_deployment(asked(to), subject)->notes, ElementsAre(HasSubstr("_port 80: is below 1024"))) << to;
    }
    const auto plan = plan_deployment(options_for("systemd"), subject);
    ASSERT_FALSE(plan);
    EXPECT_THAT(plan.error().message(), HasSubstr("_port 80: is below 1024"));
  }
  DeploySubject lowest = shop_app();
  lowest.http_port = 1024;
  EXPECT_TRUE(plan_deployment(options_for("systemd"), lowest));
}

TEST(DeployPlan, GpusThatNoBackendHereUsesAreNoted) {
  DeployOptions options = asked("kubernetes");
  options.gpus = 1;
  DeploySubject subject = shop();
  subject.notes = {"of the models"};
  EXPECT_THAT(plan_deployment(options, subject)->notes, ElementsAre("of the models", HasSubstr("compute on the CPU")));
}

TEST(DeployPlan, TheGraceIsDelayAndTimeoutAndAnEnd) {
  DeployOptions options = options_for("kubernetes");
  EXPECT_EQ(plan_deployment(options, shop())->grace(), std::chrono::seconds(30));
  options.drain_delay = std::chrono::milliseconds(1500);
  options.drain_timeout = std::chrono::milliseconds(60'000);
  EXPECT_EQ(plan_deployment(options, shop())->grace(), std::chrono::seconds(67));
}

TEST(DeployPlan, OnOneHostNobodyMustHearOfAnEnd) {
  EXPECT_EQ(plan_deployment(options_for("compose"), shop())->drain_delay.count(), 0);
  DeploySubject said = shop();
  said.drain_delay = std::chrono::milliseconds(700);
  EXPECT_EQ(plan_deployment(options_for("kubernetes"), said)->drain_delay.count(), 700);
}

TEST(DeployPlan, MemoryIsByTheModelsUnlessMeasuredOrSaid) {
  DeploySubject subject = shop();
  subject.model_bytes = 100U << 20U;
  DeployOptions options = options_for("kubernetes");
  EXPECT_EQ(plan_deployment(options, subject)->memory_bytes, 448U << 20U);
  EXPECT_EQ(plan_deployment(options, subject)->memory_limit_bytes, 896U << 20U);
  subject.peak_bytes = 200U << 20U;
  EXPECT_EQ(plan_deployment(options, subject)->memory_bytes, 256U << 20U);
  options.memory = "1Gi";
  EXPECT_EQ(plan_deployment(options, subject)->memory_bytes, 1U << 30U);
  EXPECT_EQ(plan_deployment(options, subject)->memory_limit_bytes, 1U << 30U);
  options.memory = "64Mi";
  EXPECT_THAT(plan_deployment(options, subject)->notes, ::testing::Contains(HasSubstr("less than the models' files")));
}

TEST(DeployPlan, ReplicasMayBeFewerThanTheUsualTwo) {
  DeployOptions options = options_for("kubernetes");
  options.replicas_max = 1;
  EXPECT_EQ(plan_deployment(options, shop())->replicas_min, 1U);
}

}  // namespace
}  // namespace slipway::ship
