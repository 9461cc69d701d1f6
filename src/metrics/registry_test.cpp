#include "metrics/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <chrono>
#include <cmath>
#include <sstream>
#include <string>

namespace slipway::metrics {
namespace {

using ::testing::HasSubstr;

/// The value of a sample without labels; NaN when there is none.
double sample(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + ' ')) return std::stod(line.substr(name.size() + 1));
  }
  return std::nan("");
}

TEST(Registry, WritesWhatRoomsRegister) {
  Registry registry;
  prometheus::BuildCounter()
      .Name("things_total")
      .Help("Things")
      .Register(registry.prometheus())
      .Add({{"model", "digits"}})
      .Increment(3);
  EXPECT_THAT(registry.text(), HasSubstr("# TYPE things_total counter"));
  EXPECT_THAT(registry.text(), HasSubstr("things_total{model=\"digits\"} 3"));
}

TEST(Registry, TellsWhichSlipwayItIs) {
  EXPECT_THAT(Registry().text(), HasSubstr("slipway_build_info{version=\"" SLIPWAY_VERSION "\"} 1"));
}

TEST(Registry, TellsOfThisProcess) {
  const std::string text = Registry().text();
  EXPECT_GT(sample(text, "process_resident_memory_bytes"), 500e3);
  EXPECT_LT(sample(text, "process_resident_memory_bytes"), 100e9);
  EXPECT_GE(sample(text, "process_cpu_seconds_total"), 0);
  EXPECT_GE(sample(text, "process_open_fds"), 3);
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(sample(text, "process_start_time_seconds"), now, 600);
}

TEST(Registry, NamesTheTextFormat) { EXPECT_THAT(Registry::content_type(), HasSubstr("version=0.0.4")); }

}  // namespace
}  // namespace slipway::metrics
