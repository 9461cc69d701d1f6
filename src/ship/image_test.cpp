#include "ship/image.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>

#include "core/test_folder.hpp"
#include "models/model_hash.hpp"

namespace slipway::ship {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

class ImageTest : public core::FolderTest {
 protected:
  std::vector<Layer> layers(const fs::path& folder) {
    fs::create_directories(folder / "blobs/sha256");
    LayerPlan plan{.title = "one", .items = {text_item("a", "1")}};
    return {write_layer(plan, folder / "blobs/sha256", Compression::gzip, 0).value()};
  }
  core::Result<std::string> write(Format format, const fs::path& output) {
    const fs::path work = folder() / "work";
    auto image = make_image(work / "image", layers(work / "image"),
                            {.user = "1", .ports = {"8000/tcp"}, .command = {"x"}, .labels = {{"l", "v"}}}, "m:2");
    if (!image) return std::unexpected(image.error());
    const auto placed = place_image(*image, format, output);
    fs::remove_all(work);
    if (!placed) return std::unexpected(placed.error());
    return image->digest;
  }
  static std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(ImageTest, AFolderLeadsFromTheIndexToEveryBlob) {
  const fs::path out = folder() / "image";
  const auto digest = write(Format::oci_folder, out);
  ASSERT_TRUE(digest) << digest.error().message();
  EXPECT_EQ(content(out / "oci-layout"), R"({"imageLayoutVersion":"1.0.0"})");
  const auto blob = [&](const json::value& descriptor) {
    const std::string hex = std::string(descriptor.at("digest").as_string()).substr(7);
    const std::string text = content(out / "blobs/sha256" / hex);
    EXPECT_EQ(descriptor.at("size").to_number<std::uint64_t>(), text.size());
    EXPECT_EQ("sha256:" + models::text_hash(text).value(), "sha256:" + hex);
    return text;
  };
  const json::value index = json::parse(content(out / "index.json"));
  EXPECT_EQ(index.at("manifests").at(0).at("digest").as_string().c_str(), *digest);
  const json::value manifest = json::parse(blob(index.at("manifests").at(0)));
  const json::value config = json::parse(blob(manifest.at("config")));
  blob(manifest.at("layers").at(0));
  EXPECT_EQ(manifest.at("layers").at(0).at("mediaType"), "application/vnd.oci.image.layer.v1.tar+gzip");
  EXPECT_EQ(config.at("rootfs").at("diff_ids").as_array().size(), 1U);
  EXPECT_EQ(config.at("config").at("User"), "1");
  EXPECT_EQ(config.at("config").at("StopSignal"), "SIGTERM");
  EXPECT_EQ(config.at("created"), "1970-01-01T00:00:00Z");
}

TEST_F(ImageTest, AnArchiveIsTheSameEachTime) {
  for (const auto format : {Format::oci_archive, Format::docker_archive}) {
    const auto first = write(format, folder() / "a.tar");
    const auto second = write(format, folder() / "b.tar");
    ASSERT_TRUE(first && second);
    EXPECT_EQ(*first, *second);
    EXPECT_EQ(content(folder() / "a.tar"), content(folder() / "b.tar"));
  }
}

TEST_F(ImageTest, SaysWhatCannotBe) {
  const auto digest = write(Format::oci_archive, folder() / "none" / "a.tar");
  EXPECT_EQ(digest.error().code(), core::Code::unavailable);
  EXPECT_THAT(digest.error().message(), testing::HasSubstr("none/a.tar"));
}

}  // namespace
}  // namespace slipway::ship
