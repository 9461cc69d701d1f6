#include "ship/blob.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>
#include <vector>

#include "core/test_folder.hpp"
#include "models/model_hash.hpp"

namespace slipway::ship {
namespace {

namespace fs = std::filesystem;

class BlobTest : public core::FolderTest, public testing::WithParamInterface<Compression> {
 protected:
  Blob written(const std::string& text) {
    BlobWriter writer(folder(), GetParam());
    const auto all = std::as_bytes(std::span(text));
    for (std::size_t at = 0; at < all.size(); at += 1000)
      EXPECT_TRUE(writer.write(all.subspan(at, std::min<std::size_t>(1000, all.size() - at))));
    return writer.finish().value();
  }
  fs::path file(const Blob& blob) const { return folder() / blob.digest.substr(7); }
  static std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_P(BlobTest, IsWhatWasWrittenAndNamedByItsDigests) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i);
  const Blob blob = written(text);
  EXPECT_EQ(blob.raw_size, text.size());
  EXPECT_EQ(blob.diff_digest, "sha256:" + models::text_hash(text).value());
  const std::string stored = content(file(blob));
  EXPECT_EQ(blob.size, stored.size());
  EXPECT_EQ(blob.digest, "sha256:" + models::text_hash(stored).value());
  const std::string reader = GetParam() == Compression::gzip   ? "gzip -dc"
                             : GetParam() == Compression::zstd ? "zstd -dc"
                                                               : "cat";
  if (std::system(("command -v " + reader.substr(0, 4) + " >/dev/null").c_str()) != 0 &&
      GetParam() == Compression::zstd)
    GTEST_SKIP() << "no zstd here to read it";
  const fs::path out = folder() / "out";
  ASSERT_EQ(std::system((reader + " <" + file(blob).string() + " >" + out.string()).c_str()), 0);
  EXPECT_EQ(content(out), text);
}

TEST_P(BlobTest, IsReadAlikeWhenLittleIsDone) {
  BlobWriter writer(folder(), GetParam(), Effort::little);
  const std::string text(100'000, 'x');
  ASSERT_TRUE(writer.write(std::as_bytes(std::span(text))));
  const Blob blob = writer.finish().value();
  EXPECT_EQ(blob.diff_digest, "sha256:" + models::text_hash(text).value());
  if (GetParam() != Compression::gzip) return;
  const fs::path out = folder() / "out";
  ASSERT_EQ(std::system(("gzip -dc <" + file(blob).string() + " >" + out.string()).c_str()), 0);
  EXPECT_EQ(content(out), text);
}

TEST_P(BlobTest, IsTheSameEachTime) {
  const Blob first = written("the same");
  EXPECT_EQ(written("the same").digest, first.digest);
  EXPECT_NE(written("another").digest, first.digest);
}

TEST_P(BlobTest, LeavesNothingWhereItIsNotFinished) {
  {
    BlobWriter writer(folder(), GetParam());
    ASSERT_TRUE(writer.write(std::as_bytes(std::span("abc"))));
  }
  EXPECT_TRUE(fs::is_empty(folder()));
}

INSTANTIATE_TEST_SUITE_P(Each, BlobTest, testing::Values(Compression::none, Compression::gzip, Compression::zstd));

TEST(Blob, LittleIsDoneForWhatRepeatsNothing) {
  std::mt19937 random(1);
  std::normal_distribution<float> weight;
  std::vector<float> weights(1U << 14U);
  for (float& one : weights) one = weight(random);
  EXPECT_EQ(effort_for(std::as_bytes(std::span(weights))), Effort::little);
  const std::string text(1000, 'x');
  EXPECT_EQ(effort_for(std::as_bytes(std::span(text))), Effort::usual);
  EXPECT_EQ(effort_for({}), Effort::usual);
}

TEST(Blob, SaysThatItCannotBeWritten) {
  BlobWriter writer("/proc/nowhere", Compression::none);
  EXPECT_THAT(writer.write(std::as_bytes(std::span("x"))).error().message(), testing::HasSubstr("/proc/nowhere"));
}

}  // namespace
}  // namespace slipway::ship
