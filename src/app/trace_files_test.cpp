#include "app/trace_files.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "core/test_folder.hpp"

namespace slipway::app {
namespace {

using ::testing::HasSubstr;

class TraceFilesTest : public core::FolderTest {
 protected:
  std::unique_ptr<TraceFiles> open(std::size_t files_max = 10, std::uint64_t bytes_max = 1000) {
    auto files =
        TraceFiles::open({.folder = folder(), .files_max = files_max, .bytes_max = bytes_max, .waiting_max = 10});
    EXPECT_TRUE(files) << files.error().message();
    return *std::move(files);
  }
  std::string text(const std::string& name) {
    std::ostringstream out;
    out << std::ifstream(folder() / name).rdbuf();
    return out.str();
  }
};

TEST_F(TraceFilesTest, AFileIsOneListHoweverOftenItIsWrittenTo) {
  write("t", "of an earlier run, and longer than what comes now");
  auto files = open();
  files->write({.file = "t", .traces = {"1", "2"}});
  files->write({.file = "u.0", .traces = {"4"}});
  files->write({.file = "t", .traces = {"3"}});
  files.reset();
  EXPECT_EQ(text("t"), "[\n1,\n2,\n3\n]");
  EXPECT_EQ(text("u.0"), "[\n4\n]");
}

TEST_F(TraceFilesTest, FilesAndBytesHaveABound) {
  auto files = open(1, 20);
  files->write({.file = "t", .traces = {"1"}});
  files->write({.file = "u", .traces = {"2"}});
  files->write({.file = "t", .traces = {std::string(40, '3')}});
  files->write({.file = "t", .traces = {"4"}});
  files.reset();
  EXPECT_EQ(text("t"), "[\n1,\n4\n]");
  EXPECT_FALSE(std::filesystem::exists(folder() / "u"));
}

TEST_F(TraceFilesTest, NeedAFolder) {
  const auto refused = TraceFiles::open({.folder = folder() / "nothing"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("a folder that this process may write to"));
}

}  // namespace
}  // namespace slipway::app
