#include "models/choice_file.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <thread>
#include <vector>

#include "core/test_folder.hpp"

namespace slipway::models {
namespace {

using ::testing::HasSubstr;

struct ChoiceFile : core::FolderTest {
  const Choice choice{.backend = "b",
                      .speeds = {{.backend = "a", .all_cores = 10, .one_caller = 5.5, .remark = "why", .files = "f"},
                                 {.backend = "b", .all_cores = 20, .one_caller = 11, .remark = "", .files = ""}}};
};

TEST_F(ChoiceFile, KeepsWhatIsWritten) {
  EXPECT_FALSE(read_choice(folder(), "key"));
  ASSERT_TRUE(write_choice(folder() / "made", "key", choice));
  const auto read = read_choice(folder() / "made", "key");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->backend, "b");
  ASSERT_EQ(read->speeds.size(), 2U);
  EXPECT_EQ(read->speeds[0].backend, "a");
  EXPECT_EQ(read->speeds[0].remark, "why");
  EXPECT_EQ(read->speeds[0].files, "f");
  EXPECT_DOUBLE_EQ(read->speeds[1].all_cores, 20);
  EXPECT_DOUBLE_EQ(read->speeds[0].one_caller, 5.5);
  EXPECT_FALSE(read_choice(folder() / "made", "other"));
}

TEST_F(ChoiceFile, ManyMayWriteAtOnce) {
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&] {
        for (int n = 0; n < 100; ++n) {
          if (!write_choice(folder(), "key", choice) || !read_choice(folder(), "key")) ++failed;
        }
      });
    }
  }
  EXPECT_EQ(failed, 0);
  const std::filesystem::directory_iterator files(folder() / "backend-choice");
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "nothing is left beside it";
}

TEST_F(ChoiceFile, ADamagedFileIsNotUsedAndIsWrittenAnew) {
  for (const char* text : {"", "{", "[]", R"({"backend": "b"})", R"({"backend": "b", "speeds": [7]})",
                           R"({"backend": "b", "speeds": []})"}) {
    write("backend-choice/key.json", text);
    EXPECT_FALSE(read_choice(folder(), "key")) << text;
  }
  ASSERT_TRUE(write_choice(folder(), "key", choice));
  EXPECT_TRUE(read_choice(folder(), "key"));
}

TEST_F(ChoiceFile, SaysWhereItCannotWrite) {
  const auto written = write_choice(write("a file"), "key", choice);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message(), HasSubstr("a file/backend-choice/key.json"));
  EXPECT_THAT(written.error().message(), HasSubstr("SLIPWAY_CACHE_DIR"));
}

TEST_F(ChoiceFile, SeesFilesThatWereReplaced) {
  const auto a = write("a.so", "one");
  const auto b = write("b.so", "two");
  const std::string stamp = files_stamp({a, b, ""});
  EXPECT_TRUE(is_current(stamp));
  EXPECT_TRUE(is_current(""));
  write("b.so", "three");
  EXPECT_FALSE(is_current(stamp));
  std::filesystem::remove(b);
  EXPECT_FALSE(is_current(stamp));
}

TEST(CacheFolder, IsTheNearestThatIsSet) {
  ::setenv("SLIPWAY_CACHE_DIR", "/own", 1);
  ::setenv("XDG_CACHE_HOME", "/xdg", 1);
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(cache_folder(), "/own");
  ::unsetenv("SLIPWAY_CACHE_DIR");
  EXPECT_EQ(cache_folder(), "/xdg/slipway");
  ::unsetenv("XDG_CACHE_HOME");
  EXPECT_EQ(cache_folder(), "/home/me/.cache/slipway");
  ::unsetenv("HOME");
  EXPECT_FALSE(cache_folder());
}

}  // namespace
}  // namespace slipway::models
