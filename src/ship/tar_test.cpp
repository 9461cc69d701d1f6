#include "ship/tar.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/test_folder.hpp"

namespace slipway::ship {
namespace {

namespace fs = std::filesystem;

class Tar : public core::FolderTest {
 protected:
  TarWriter writer() {
    return TarWriter(
        [this](std::span<const std::byte> bytes) -> core::Result<void> {
          archive_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
          return {};
        },
        1'000'000'000);
  }
  /// What GNU tar says of the archive.
  std::string listed() {
    const fs::path file = write("archive.tar", archive_);
    const fs::path out = folder() / "listed";
    const std::string command = "TZ=UTC tar --numeric-owner -tvf " + file.string() + " >" + out.string() +
                                " 2>&1 && tar -xf " + file.string() + " -C " + folder().string();
    EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT: a test's own command
    std::ifstream in(out);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string content(const std::string& name) {
    std::ifstream in(folder() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string archive_;
};

TEST_F(Tar, IsReadByGnuTar) {
  const fs::path from = write("from", std::string(1000, 'x'));
  TarWriter tar = writer();
  ASSERT_TRUE(tar.folder("a", 01777));
  ASSERT_TRUE(tar.text("a/text", "hello"));
  ASSERT_TRUE(tar.file("a/program", from, true));
  ASSERT_TRUE(tar.finish());
  EXPECT_EQ(archive_.size() % 512, 0U);
  EXPECT_EQ(listed(),
            "drwxrwxrwt 0/0               0 2001-09-09 01:46 a/\n"
            "-rw-r--r-- 0/0               5 2001-09-09 01:46 a/text\n"
            "-rwxr-xr-x 0/0            1000 2001-09-09 01:46 a/program\n");
  EXPECT_EQ(content("a/text"), "hello");
  EXPECT_EQ(content("a/program"), std::string(1000, 'x'));
}

TEST_F(Tar, TakesLongNamesThatPartAtASlash) {
  const std::string name = std::string(90, 'd') + "/" + std::string(60, 'e') + "/" + std::string(100, 'f');
  TarWriter tar = writer();
  ASSERT_TRUE(tar.text(name, "far"));
  ASSERT_TRUE(tar.finish());
  EXPECT_THAT(listed(), testing::HasSubstr(name));
  EXPECT_EQ(content(name), "far");
}

TEST_F(Tar, TakesNamesThatUstarHasNoRoomFor) {
  const std::string name = std::string(101, 'f');
  const std::string below = std::string(200, 'd') + "/" + std::string(150, 'e') + "/" + std::string(120, 'f');
  TarWriter tar = writer();
  ASSERT_TRUE(tar.text(name, "one"));
  ASSERT_TRUE(tar.text(below, "two"));
  ASSERT_TRUE(tar.text("short", "three"));
  ASSERT_TRUE(tar.finish());
  EXPECT_THAT(listed(), testing::HasSubstr(below));
  EXPECT_EQ(content(name), "one");
  EXPECT_EQ(content(below), "two");
  EXPECT_EQ(content("short"), "three");
}

TEST_F(Tar, SaysThatAFileIsMissing) {
  TarWriter tar = writer();
  EXPECT_EQ(tar.file("x", folder() / "none", false).error().code(), core::Code::not_found);
}

}  // namespace
}  // namespace slipway::ship
