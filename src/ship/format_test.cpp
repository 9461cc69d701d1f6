#include "ship/format.hpp"

#include <gmock/gmock.h>

namespace slipway::ship {
namespace {

TEST(PackFormat, IsNamed) {
  EXPECT_EQ(format_from("oci-dir"), Format::oci_folder);
  EXPECT_EQ(format_from("tar"), Format::tar);
  EXPECT_THAT(format_from("zip").error().message(),
              testing::HasSubstr("oci-archive, oci-dir, docker-archive, tar, deb or containerfile expected"));
}

TEST(PackFormat, SaysWhatItsFileIsCalled) {
  EXPECT_EQ(default_output(Format::docker_archive, Compression::gzip, "shop"), "shop.tar");
  EXPECT_EQ(default_output(Format::tar, Compression::gzip, "shop"), "shop.tar.gz");
  EXPECT_EQ(default_output(Format::tar, Compression::zstd, "shop"), "shop.tar.zst");
}

TEST(PackFormat, PartsTheNameOfAnImage) {
  EXPECT_EQ(short_name_of("example.org:5000/team/shop:3"), "shop");
  EXPECT_EQ(tag_of("example.org:5000/team/shop:3"), "3");
}

}  // namespace
}  // namespace slipway::ship
