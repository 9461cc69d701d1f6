#include "ship/systemd.hpp"

#include <gmock/gmock.h>

#include "ship/test_deploy.hpp"

namespace slipway::ship {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

DeploySubject at(std::string path) {
  DeploySubject subject = shop();
  subject.path = std::move(path);
  return subject;
}

std::string unit_of(const DeploySubject& subject, const DeployOptions& options = options_for("systemd")) {
  return systemd_unit(plan_of(options, subject));
}

TEST(Systemd, WordsOfACommandAreQuotedAndNotExpanded) {
  DeployOptions options = options_for("systemd");
  options.program = "/opt/my slip/slipway";
  options.variables = {"A=50% of $x \"y\"", "B=1"};
  const std::string unit = unit_of(at("/srv/a $HOME %h \"b\\c"), options);
  EXPECT_THAT(unit, HasSubstr("\nExecStart=\"/opt/my slip/slipway\" serve \"/srv/a $$HOME %%h \\\"b\\\\c\"\n"));
  EXPECT_THAT(unit, HasSubstr("\nEnvironment=\"A=50%% of $x \\\"y\\\"\"\n"));
  EXPECT_THAT(unit, HasSubstr("\nEnvironment=B=1\n"));
}

TEST(Systemd, ALineCannotBeEndedFromOutside) {
  EXPECT_FALSE(plan_deployment(options_for("systemd"), at("/srv/a\nExecStart=/bin/sh")));
  EXPECT_FALSE(plan_deployment(options_for("systemd"), at("/srv/a:b")));
}

TEST(Systemd, ModelsInFoldersOfPersonsAreShownToIt) {
  EXPECT_THAT(unit_of(at("/srv/shop")), HasSubstr("\nProtectHome=yes\n"));
  EXPECT_THAT(unit_of(at("/srv/shop")), Not(HasSubstr("BindReadOnlyPaths")));
  const std::string unit = unit_of(at("/home/me/shop"));
  EXPECT_THAT(unit, HasSubstr("\nProtectHome=tmpfs\nBindReadOnlyPaths=/home/me/shop\n"));
  DeploySubject file = at("/tmp/m/shop.onnx");
  file.is_folder = false;
  EXPECT_THAT(unit_of(file), HasSubstr("\nBindReadOnlyPaths=/tmp/m/shop.onnx\n"));
}

TEST(Systemd, NothingIsShownThatIsNotRead) {
  DeploySubject file = at("/root/m.onnx");
  file.is_folder = false;
  file.read = {"/root/m.onnx", "/root/m.onnx.data", "/srv/labels.txt"};
  EXPECT_THAT(unit_of(file), HasSubstr("\nProtectHome=tmpfs\nBindReadOnlyPaths=/root/m.onnx\n"
                                       "BindReadOnlyPaths=/root/m.onnx.data\nDynamicUser=yes\n"));
  for (const char* home : {"/root", "/home/me", "/tmp"}) {
    DeploySubject folder = at(home);
    folder.read = {std::string(home) + "/m", std::string(home) + "/m/labels.txt", std::string(home) + "/m-2"};
    EXPECT_THAT(unit_of(folder), HasSubstr("tmpfs\nBindReadOnlyPaths=" + folder.read[0] +
                                           "\nBindReadOnlyPaths=" + folder.read[2] + "\nDynamicUser=yes\n"));
  }
}

TEST(Systemd, WhatLiesOutsideOfAnAppFilesFolderIsShown) {
  DeploySubject app = at("/home/me/apps/app.yaml");
  app.is_folder = false;
  app.read = {"/home/me/m.onnx"};
  EXPECT_THAT(unit_of(app),
              HasSubstr("\nBindReadOnlyPaths=/home/me/apps/app.yaml\nBindReadOnlyPaths=/home/me/m.onnx\n"));
  app.read = {"/home/me/a:b.onnx"};
  EXPECT_FALSE(plan_deployment(options_for("systemd"), app));
}

TEST(Systemd, AnEndIsGivenItsTimeAndLimitsHold) {
  DeployOptions options = options_for("systemd");
  options.drain_timeout = std::chrono::milliseconds(1500);
  options.cpu = "1500m";
  options.memory = "1Gi";
  options.drain_delay = std::chrono::milliseconds(0);
  const std::string unit = unit_of(at("/srv/shop"), options);
  EXPECT_THAT(unit, HasSubstr("\nTimeoutStopSec=7\n"));
  EXPECT_THAT(unit, HasSubstr("\nCPUQuota=150%\nMemoryMax=1024M\n"));
  EXPECT_THAT(unit, HasSubstr("\nEnvironment=SLIPWAY_DRAIN_TIMEOUT=1500ms\n"));
}

}  // namespace
}  // namespace slipway::ship
