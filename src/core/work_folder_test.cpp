#include "core/work_folder.hpp"

#include <gtest/gtest.h>

#include "core/test_folder.hpp"

namespace slipway::core {
namespace {

namespace fs = std::filesystem;

const std::string prefix = ".slipway-test-";

class WorkFolderTest : public FolderTest {};

TEST_F(WorkFolderTest, GoesWithWhatIsInIt) {
  {
    const auto work = WorkFolder::create(folder(), prefix);
    ASSERT_TRUE(work);
    EXPECT_EQ(work->path().parent_path(), folder());
    fs::create_directories(work->path() / "a" / "b");
  }
  EXPECT_TRUE(fs::is_empty(folder()));
}

TEST_F(WorkFolderTest, SweepsAwayWhatNobodyHasAnyMore) {
  write(".slipway-test-dead00/0/part");
  write(".slipway-other-dead00/0/part");
  write(".slipway-test-more-dead00/0/part");
  write("kept");
  const auto work = WorkFolder::create(folder(), prefix);
  ASSERT_TRUE(work);
  EXPECT_FALSE(fs::exists(folder() / ".slipway-test-dead00"));
  EXPECT_TRUE(fs::exists(folder() / ".slipway-other-dead00")) << "of another purpose";
  EXPECT_TRUE(fs::exists(folder() / ".slipway-test-more-dead00")) << "of another purpose";
  EXPECT_TRUE(fs::exists(folder() / "kept"));
  // and not what somebody has
  ASSERT_TRUE(WorkFolder::create(folder(), prefix));
  EXPECT_TRUE(fs::exists(work->path()));
}

TEST_F(WorkFolderTest, FollowsNoLink) {
  write("own/kept");
  fs::create_directory_symlink(folder() / "own", folder() / ".slipway-test-link00");
  ASSERT_TRUE(WorkFolder::create(folder(), prefix));
  EXPECT_TRUE(fs::exists(folder() / "own" / "kept"));
}

TEST_F(WorkFolderTest, SaysWhyItCannotBe) {
  const auto work = WorkFolder::create(write("file"), prefix);
  ASSERT_FALSE(work);
  EXPECT_EQ(work.error(), std::errc::not_a_directory);
}

}  // namespace
}  // namespace slipway::core
