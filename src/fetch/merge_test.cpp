#include "fetch/merge.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "core/test_folder.hpp"

namespace slipway::fetch {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Merge : public core::FolderTest {
 protected:
  core::Result<void> merged(const Merging& merging = {}) const {
    fs::create_directories(folder() / "aside");
    fs::create_directories(folder() / "to");
    return merge(folder() / "from", folder() / "to", folder() / "aside", merging);
  }
  std::string text(const char* file) const {
    std::ifstream in(folder() / "to" / file);
    return in ? std::string{std::istreambuf_iterator<char>(in), {}} : "none";
  }
  std::uintmax_t inode(const char* path) const {
    struct stat state {};
    return stat((folder() / path).c_str(), &state) == 0 ? state.st_ino : 0;
  }
};

TEST_F(Merge, AddsToFoldersAndReplacesFiles) {
  write("from/m/2/model.onnx", "new");
  write("from/m/model.yaml", "new");
  write("to/m/1/model.onnx", "old");
  write("to/m/model.yaml", "old");
  ASSERT_TRUE(merged());
  EXPECT_EQ(text("m/1/model.onnx"), "old");
  EXPECT_EQ(text("m/2/model.onnx"), "new");
  EXPECT_EQ(text("m/model.yaml"), "new");
}

TEST_F(Merge, ExchangesAVersionsFolder) {
  write("from/m/1/model.onnx", "new");
  write("to/m/1/weights.bin", "old");
  write("to/m/readme.txt", "somebody's");
  const auto folder = inode("from/m/1");
  ASSERT_TRUE(merged());
  EXPECT_EQ(inode("to/m/1"), folder);
  EXPECT_EQ(text("m/1/weights.bin"), "none");
  EXPECT_EQ(text("m/readme.txt"), "somebody's");
}

TEST_F(Merge, AddsToAVersionsFolderWithWhatBelongsToIt) {
  write("from/m/1/model.onnx", "new");
  write("to/m/1/weights.bin", "kept");
  write("to/m/1/model.onnx", "old");
  ASSERT_TRUE(merged({.kept = {"m/1/weights.bin"}}));
  EXPECT_EQ(text("m/1/weights.bin"), "kept");
  EXPECT_EQ(text("m/1/model.onnx"), "new");
}

TEST_F(Merge, ExchangesAFolderWithNothingElseInIt) {
  write("from/m/model.yaml", "new");
  write("from/m/2/model.onnx", "new");
  write("to/m/1/model.onnx", "old");
  write("to/m/model.yaml", "old");
  const auto folder = inode("from/m");
  ASSERT_TRUE(merged({.stale = {"m/1/model.onnx"}}));
  EXPECT_EQ(inode("to/m"), folder);
  EXPECT_EQ(text("m/1/model.onnx"), "none");
}

TEST_F(Merge, RemovesWhatIsStaleAndTheFoldersThatAreEmptyThen) {
  write("from/m/2/model.onnx", "new");
  write("to/m/1/model.onnx", "old");
  write("to/m/1/kept", "old");
  write("to/m/7/model.onnx", "somebody's");
  write("to/n/1/model.onnx", "old");
  ASSERT_TRUE(merged({.stale = {"m/1/model.onnx", "m/1/kept", "n/1/model.onnx", "none"}, .kept = {"m/1/kept"}}));
  EXPECT_EQ(text("m/1/model.onnx"), "none");
  EXPECT_EQ(text("m/1/kept"), "old");
  EXPECT_EQ(text("m/7/model.onnx"), "somebody's");
  EXPECT_FALSE(fs::exists(folder() / "to/n"));
}

TEST_F(Merge, AStaleFileMakesRoomForAFolderAndTheOtherWayRound) {
  write("from/a/x", "new");
  write("from/b", "new");
  write("to/a", "old");
  write("to/b/x", "old");
  ASSERT_TRUE(merged({.stale = {"a", "b/x"}}));
  EXPECT_EQ(text("a/x"), "new");
  EXPECT_EQ(text("b"), "new");
}

TEST_F(Merge, UndoesWhatWasMovedWhereALaterRenameFails) {
  write("from/a/1/model.onnx", "new");
  write("from/b", "new");
  write("from/c", "new");
  write("from/z", "new");
  write("to/a/1/model.onnx", "old");
  write("to/b", "old");
  write("to/stale", "old");
  // which is not there when its turn comes
  ASSERT_FALSE(merged({.stale = {"stale"}, .last = "gone"}));
  EXPECT_EQ(text("a/1/model.onnx"), "old");
  EXPECT_EQ(text("b"), "old");
  EXPECT_EQ(text("c"), "none");
  EXPECT_EQ(text("stale"), "old");
}

TEST_F(Merge, MovesNothingWhereSomethingDoesNotFit) {
  write("from/a", "new");
  write("from/z/x", "new");
  write("to/a", "old");
  write("to/z", "a file");
  EXPECT_THAT(merged().error().message(), HasSubstr("z: a folder comes here"));
  EXPECT_EQ(text("a"), "old");
  fs::remove(folder() / "to/z");
  fs::remove(folder() / "to/a");
  write("to/a/b");
  EXPECT_THAT(merged().error().message(), HasSubstr("a: a file comes here"));
}

TEST_F(Merge, DoesNotWriteThroughALink) {
  write("from/m/x", "new");
  fs::create_directories(folder() / "elsewhere");
  fs::create_directories(folder() / "to");
  fs::create_directory_symlink("../elsewhere", folder() / "to/m");
  EXPECT_FALSE(merged());
  EXPECT_TRUE(fs::is_empty(folder() / "elsewhere"));
}

}  // namespace
}  // namespace slipway::fetch
