#include "ship/push.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

#include "core/test_folder.hpp"

namespace slipway::ship {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class PushTest : public core::FolderTest {
 protected:
  void TearDown() override { setenv("PATH", path_.c_str(), 1); }

  std::string path_ = std::getenv("PATH");
};

TEST_F(PushTest, AsksSkopeoForACopy) {
  EXPECT_THAT(push_command("/bin/skopeo", {.reference = "example.org/shop:3"}),
              ElementsAre("/bin/skopeo", "copy", "--preserve-digests", "oci:.:3", "docker://example.org/shop:3"));
  EXPECT_THAT(push_command("/bin/skopeo", {.reference = "a.b:5000/s:x", .auth = "/me/auth", .is_insecure = true}),
              ElementsAre("/bin/skopeo", "copy", "--preserve-digests", "--dest-authfile", "/me/auth",
                          "--dest-tls-verify=false", "oci:.:x", "docker://a.b:5000/s:x"));
}

TEST_F(PushTest, FindsSkopeoAsAShellDoes) {
  setenv("PATH", folder().c_str(), 1);
  EXPECT_THAT(find_skopeo().error().message(), testing::HasSubstr("the package \"skopeo\""));
  write("skopeo");
  EXPECT_FALSE(find_skopeo());  // no program
  fs::permissions(folder() / "skopeo", fs::perms::owner_all);
  setenv("PATH", ("/nowhere::" + folder().string()).c_str(), 1);
  EXPECT_EQ(find_skopeo().value(), folder() / "skopeo");
}

}  // namespace
}  // namespace slipway::ship
