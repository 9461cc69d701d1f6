#include "presentation/static_files.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace crm {
namespace {

class StaticFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(root / "web" / "js");
    write("web/index.html", "page");
    write("web/js/app.js", "code");
    write("web/.secret", "secret");
    write("other.txt", "secret");
    std::filesystem::create_symlink(root / "other.txt", root / "web" / "link.txt");
  }
  void TearDown() override { std::filesystem::remove_all(root); }
  void write(const std::string& name, const std::string& text) { std::ofstream(root / name) << text; }
  Response get(const std::string& path) { return files().get(Request{.method = "GET", .path = path}); }
  StaticFiles files() { return StaticFiles(root / "web"); }

  std::filesystem::path root = std::filesystem::temp_directory_path() / ("crm_static_" + std::to_string(getpid()));
};

TEST_F(StaticFilesTest, ServesThePage) {
  EXPECT_EQ(get("/").body, "page");
  EXPECT_EQ(get("/").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(get("/js/app.js").content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(files().get(Request{.method = "POST", .path = "/"}).status, 405U);
}

TEST_F(StaticFilesTest, ServesNothingElse) {
  for (const auto* path : {"/../other.txt", "/js/../../other.txt", "/link.txt", "/.secret", "/js", "/nothing.js",
                           "//etc/passwd", "/js/app.js/x"}) {
    EXPECT_EQ(get(path).status, 404U) << path;
  }
}

}  // namespace
}  // namespace crm
