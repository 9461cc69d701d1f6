#include "models/blame.hpp"

#include <gtest/gtest.h>

namespace slipway::models {
namespace {

class Blame : public ::testing::Test {
 protected:
  /// What is said of such a load that failed with "no".
  std::string sentence(const std::string& backend, const runtime::LoadOptions& options) {
    return at_its_place({core::Code::unimplemented, "no"}, backends_, backend, options, places_).message();
  }
  static runtime::LoadOptions load(const std::string& format = "fake") { return {.path = "/m", .format = format}; }

  runtime::BackendRegistry backends_{{SLIPWAY_TEST_BACKENDS}};
  std::map<std::string, std::string> places_{
      {"backend", "f:1"}, {"device", "f:2"}, {"backend_options.a", "f:4"}, {"backend_options.b", "f:5"}};
};

TEST_F(Blame, FallsOnWhatTheBackendDoesNotTake) {
  auto options = load();
  options.device = "gpu:0";
  EXPECT_EQ(sentence("fake", options), "f:2: device: no");
  EXPECT_EQ(sentence("auto", options), "f:2: device: no");
  options.device = "cpu";
  options.options = {{"a", "1"}, {"b", "2"}};
  EXPECT_EQ(sentence("first", options), "f:4: backend_options.a: no");
  places_.erase("backend_options.a");
  EXPECT_EQ(sentence("fake", options), "no") << "it has no place where the command line said it";
}

TEST_F(Blame, FallsOnABackendThatIsNotThereOrTakesNoSuchFiles) {
  EXPECT_EQ(sentence("none", load()), "f:1: backend: no");
  EXPECT_EQ(sentence("fake", load("onnx")), "f:1: backend: no");
}

TEST_F(Blame, DoesNotFallOnWhatIsRight) {
  EXPECT_EQ(sentence("fake", load()), "no");
  EXPECT_EQ(sentence("first", load("unheard of")), "no");
}

}  // namespace
}  // namespace slipway::models
