#include "ship/layer.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::ship {
namespace {

namespace fs = std::filesystem;

class LayerTest : public core::FolderTest {
 protected:
  std::string digest(std::vector<Item> items, std::int64_t time = 0) {
    return write_layer({.title = "t", .items = std::move(items)}, folder(), Compression::gzip, time)
        .value()
        .blob.digest;
  }
};

TEST_F(LayerTest, DependsOnNamesAndContentsAndNotOnTheirOrder) {
  const std::vector<Item> items{text_item("b/x", "1"), text_item("a/y", "2")};
  const auto first = digest(items);
  EXPECT_EQ(digest({items[1], items[0]}), first);
  EXPECT_EQ(digest({items[0], items[1], text_item("b/x", "a later one of the name")}), first);
  EXPECT_NE(digest({text_item("b/x", "1"), text_item("a/y", "3")}), first);
  EXPECT_NE(digest(items, 1), first);
}

TEST_F(LayerTest, HasEachFolderBeforeWhatIsInIt) {
  const auto layer = write_layer({.title = "t", .items = {text_item("a/b/c", "")}}, folder(), Compression::none, 0);
  ASSERT_TRUE(layer);
  constexpr std::uint64_t heads = 3;
  constexpr std::uint64_t end = 2;
  EXPECT_EQ(layer->blob.size, (heads + end) * 512);
}

TEST_F(LayerTest, FailsWithTheNameOfWhatIsMissing) {
  const auto layer = write_layer({.title = "t", .items = {file_item("/none", "a")}}, folder(), Compression::gzip, 0);
  EXPECT_THAT(layer.error().message(), testing::HasSubstr("/none"));
  EXPECT_TRUE(fs::is_empty(folder()));
}

}  // namespace
}  // namespace slipway::ship
