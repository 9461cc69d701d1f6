#include "fetch/checksums.hpp"

#include <gmock/gmock.h>

namespace slipway::fetch {
namespace {

const std::string hex_a(64, 'a');
const std::string hex_b(64, 'b');

TEST(Checksums, AreForOneFileOrForNames) {
  EXPECT_EQ(Checksums::parse({std::string(64, 'A')})->of("any"), hex_a);
  const auto named = Checksums::parse({"1/model.onnx:" + hex_a, "c:d:" + hex_b});
  ASSERT_TRUE(named);
  EXPECT_EQ(named->of("1/model.onnx"), hex_a);
  EXPECT_EQ(named->of("c:d"), hex_b);
  EXPECT_EQ(named->of("other"), std::nullopt);
  EXPECT_EQ(Checksums::parse({})->of("any"), std::nullopt);
}

TEST(Checksums, AreRefusedWhereTheyAreNone) {
  EXPECT_FALSE(Checksums::parse({"abc"}));
  EXPECT_FALSE(Checksums::parse({std::string(64, 'g')}));
  EXPECT_FALSE(Checksums::parse({":" + hex_a}));
  EXPECT_FALSE(Checksums::parse({hex_a, hex_b}));
  EXPECT_FALSE(Checksums::parse({hex_a, "x:" + hex_b}));
  EXPECT_FALSE(Checksums::parse({"x:" + hex_a, "x:" + hex_a}));
}

}  // namespace
}  // namespace slipway::fetch
