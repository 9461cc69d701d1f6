#include "ship/folder.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"
#include "ship/shell.hpp"

namespace slipway::ship {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> names_of(const LayerPlan& plan) {
  std::vector<std::string> names;
  for (const Item& item : plan.items) names.push_back(item.name);
  return names;
}

std::string text_of(const LayerPlan& plan, const std::string& name) {
  for (const Item& item : plan.items) {
    if (item.name == name) return item.text;
  }
  return "none";
}

Cargo cargo_with(std::vector<Item> items) {
  Cargo cargo;
  cargo.layers.push_back({.title = "all", .items = std::move(items)});
  return cargo;
}

TEST(Folder, ScriptsFindItsTopFromWhereTheyAre) {
  const std::string script =
      script_of({.name = "a/b/c", .program = "a/b/c.elf", .loader = "lib64/ld.so", .libraries = "my lib"});
  EXPECT_THAT(script, HasSubstr("\"$0\")\")/../..\n"));
  EXPECT_THAT(script, HasSubstr("\"$top\"/lib64/ld.so --inhibit-cache --library-path \"$top\"/'my lib' --argv0"));
  EXPECT_THAT(script, HasSubstr("\"$top\"/a/b/c.elf \"$@\"\n"));
}

TEST(Folder, HasScriptsAndWhatTheyNeed) {
  PackPlan plan;
  plan.name = "example.org/team/shop:3";
  plan.served = "/models/my shop";
  const auto folder =
      folder_plan(cargo_with({text_item("lib64/ld-linux-x86-64.so.2", ""), text_item("usr/lib/here/libc.so.6", ""),
                              file_item("/proc/self/exe", "usr/lib/slipway/speech/check"), text_item("etc/passwd", ""),
                              text_item("usr/lib/slipway/speech/model.onnx", "")}),
                  plan);
  ASSERT_TRUE(folder) << folder.error().message();
  EXPECT_THAT(names_of(*folder),
              testing::UnorderedElementsAre(
                  "shop-3/lib64/ld-linux-x86-64.so.2", "shop-3/usr/lib/here/libc.so.6",
                  "shop-3/usr/lib/slipway/speech/check.elf", "shop-3/usr/lib/slipway/speech/check",
                  "shop-3/usr/lib/slipway/speech/model.onnx", "shop-3/slipway", "shop-3/run", "shop-3/README.txt"));
  EXPECT_THAT(text_of(*folder, "shop-3/run"), HasSubstr("usr/bin/slipway serve \"$top\"'/models/my shop' \"$@\""));
  EXPECT_THAT(text_of(*folder, "shop-3/usr/lib/slipway/speech/check"), HasSubstr("/../../../..\n"));
}

TEST(Folder, IsNoneWithoutALoader) { EXPECT_FALSE(folder_plan(cargo_with({}), {})); }

TEST(Shell, IsGivenWordsThatItLeavesAsTheyAre) {
  EXPECT_EQ(shell_quoted("/models/a-1.onnx"), "/models/a-1.onnx");
  EXPECT_EQ(shell_quoted("it's $HOME"), R"('it'\''s $HOME')");
  EXPECT_EQ(shell_quoted(""), "''");
}

}  // namespace
}  // namespace slipway::ship
