#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "ship/deploy_plan.hpp"

namespace slipway::ship {

/// Nothing asked for but where it runs.
inline DeployOptions options_for(std::string to) {
  DeployOptions options;
  options.to = std::move(to);
  return options;
}

/// The same with an image of which nothing is to be noted.
inline DeployOptions asked(std::string to) {
  DeployOptions options = options_for(std::move(to));
  options.image = "example.org/shop:3";
  return options;
}

/// A repository with one model in two versions.
inline DeploySubject shop() {
  DeploySubject subject;
  subject.called = "shop";
  subject.path = "/srv/shop";
  subject.file_name = "shop";
  subject.is_folder = true;
  subject.models = {"first 1, 2"};
  return subject;
}

/// An app file, whose text is in the plan.
inline DeploySubject shop_app() {
  DeploySubject subject = shop();
  subject.is_folder = false;
  subject.is_app = true;
  subject.file_name = "app.yaml";
  subject.app_file = "models:\n  - path: a.onnx\n";
  return subject;
}

/// The plan, or a failed test and an empty one.
inline DeployPlan plan_of(const DeployOptions& options, DeploySubject subject = shop()) {
  auto plan = plan_deployment(options, std::move(subject));
  EXPECT_TRUE(plan) << plan.error().message();
  return plan ? *std::move(plan) : DeployPlan{};
}

}  // namespace slipway::ship
