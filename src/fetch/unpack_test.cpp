#include "fetch/unpack.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <fstream>

#include "core/test_folder.hpp"

namespace slipway::fetch {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A tar archive of any entries at all, for which no tool would do.
class Tar {
 public:
  Tar& add(const std::string& name, char type, const std::string& content = "", const std::string& link = "",
           std::optional<std::uint64_t> said = {}) {
    std::string head(512, '\0');
    const auto put = [&](std::size_t at, const std::string& text) { head.replace(at, text.size(), text); };
    put(0, name.substr(0, 100));
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, fmt::format("{:011o}", said.value_or(content.size())));
    put(136, "00000000000");
    put(148, "        ");
    put(156, std::string(1, type));
    put(157, link);
    put(257, std::string("ustar\00000", 8));
    unsigned sum = 0;
    for (const char c : head) sum += static_cast<unsigned char>(c);
    put(148, fmt::format("{:06o}", sum) + std::string(1, '\0') + " ");
    bytes_ += head + content + std::string((512 - content.size() % 512) % 512, '\0');
    return *this;
  }
  std::string whole() const { return bytes_ + std::string(1024, '\0'); }
  const std::string& cut() const { return bytes_; }

 private:
  std::string bytes_;
};

constexpr char is_file = '0';
constexpr char is_hard_link = '1';
constexpr char is_link = '2';
constexpr char is_folder = '5';

class Unpack : public core::FolderTest {
 protected:
  core::Result<Unpacked> run(const std::string& archive, ArchiveKind kind = ArchiveKind::tar) {
    fs::remove_all(folder() / "in");
    fs::create_directories(to());
    return unpack(write("archive", archive), kind, to(), limits_);
  }
  std::string refused(const std::string& archive) {
    const auto done = run(archive);
    EXPECT_FALSE(fs::exists(folder() / "in/out.txt")) << "written outside";
    return done ? "" : done.error().message();
  }
  fs::path to() const { return folder() / "in" / "to"; }

  UnpackLimits limits_{.entries = 10, .bytes = 1'000'000};
};

TEST_F(Unpack, GivesFilesFoldersAndLinks) {
  const auto done = run(Tar()
                            .add("./", is_folder)
                            .add("m/", is_folder)
                            .add("m/1/model.onnx", is_file, "weights")
                            .add("m/2", is_link, "", "1")
                            .add("m/ü.txt", is_file, "u")
                            .add("twin", is_hard_link, "", "m/1/model.onnx")
                            .whole());
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(text_of(to() / "m/2/model.onnx"), "weights");
  EXPECT_EQ(text_of(to() / "twin"), "weights");
  EXPECT_EQ(done->bytes, 8U);
  EXPECT_THAT(done->links, ElementsAre(Pair("m/2", "1")));
  EXPECT_EQ(done->files.size(), 3U);
  EXPECT_EQ(done->files.at("twin"), done->files.at("m/1/model.onnx"));
}

TEST_F(Unpack, TakesTheLaterOfTwoOfOneName) {
  const auto done =
      run(Tar().add("a", is_file, "first").add("b", is_hard_link, "", "a").add("a", is_file, "second").whole());
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(text_of(to() / "a"), "second");
  EXPECT_EQ(text_of(to() / "b"), "first");
  EXPECT_EQ(done->files.size(), 2U);
}

TEST_F(Unpack, RefusesNamesThatLeadOut) {
  for (const char* name : {"../out.txt", "a/../../out.txt", "/tmp/out.txt", "a/.."})
    EXPECT_THAT(refused(Tar().add(name, is_file, "x").whole()), HasSubstr("leads out of its folder")) << name;
}

TEST_F(Unpack, RefusesLinksThatLeadOut) {
  for (const char* target : {"..", "/", "../out.txt", "a/../..", "b/../../.."})
    EXPECT_THAT(refused(Tar().add("l", is_link, "", target).whole()), HasSubstr("may lie outside")) << target;
  EXPECT_THAT(refused(Tar().add("l", is_hard_link, "", "../out.txt").whole()), HasSubstr("leads out of its folder"));
  EXPECT_THAT(refused(Tar().add("l", is_hard_link, "", "/etc/passwd").whole()), HasSubstr("leads out of its folder"));
  EXPECT_THAT(refused(Tar().add("l", is_hard_link, "", "none").whole()), HasSubstr("did not come before"));
  // a link that is inside, and what is behind it
  EXPECT_THAT(refused(Tar().add("a", is_link, "", ".").add("b", is_hard_link, "", "a").whole()),
              HasSubstr("did not come before"));
}

TEST_F(Unpack, DoesNotWriteThroughALink) {
  EXPECT_THAT(refused(Tar().add("l", is_link, "", "d").add("d/", is_folder).add("l/x", is_file, "x").whole()),
              HasSubstr("lies below a file or a link"));
  // a file in a link's place is no write through it
  ASSERT_TRUE(run(Tar().add("a", is_file, "a").add("l", is_link, "", "a").add("l", is_file, "new").whole()));
  EXPECT_EQ(text_of(to() / "a"), "a");
}

TEST_F(Unpack, RefusesDevicesAndPipes) {
  for (const char type : {'3', '4', '6'})
    EXPECT_THAT(refused(Tar().add("device", type).whole()), HasSubstr("neither a file")) << type;
}

TEST_F(Unpack, RefusesWhatDoesNotFitTogether) {
  EXPECT_THAT(refused(Tar().add("a", is_file, "x").add("a/b", is_file, "x").whole()), HasSubstr("below a file"));
  EXPECT_THAT(refused(Tar().add("a/b", is_file, "x").add("a", is_file, "x").whole()), HasSubstr("a folder and a file"));
}

TEST_F(Unpack, KeepsToItsLimits) {
  EXPECT_THAT(refused(Tar().add("big", is_file, "x", "", 10'000'000'000).whole()),
              HasSubstr("more than 1000000 bytes"));
  const std::string half(600'000, 'x');
  EXPECT_THAT(refused(Tar().add("a", is_file, half).add("b", is_file, half).whole()),
              HasSubstr("more than 1000000 bytes"));
  Tar many;
  for (int i = 0; i < 11; ++i) many.add(fmt::format("{}", i), is_file);
  EXPECT_THAT(refused(many.whole()), HasSubstr("more than 10 entries"));
  EXPECT_EQ(unpacked_bytes_max(10'000'000), 1U << 30U);
  EXPECT_EQ(unpacked_bytes_max(1'000'000'000), 50'000'000'000U);
}

TEST_F(Unpack, RefusesArchivesThatEndEarly) {
  const Tar tar = Tar().add("a", is_file, std::string(2000, 'a')).add("b", is_file, std::string(2000, 'b'));
  const std::string& all = tar.cut();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{100}, std::size_t{700}, all.size() / 2, all.size() - 512, all.size()})
    EXPECT_NE(refused(all.substr(0, size)), "") << size;
  EXPECT_NE(refused("no archive at all"), "");
  EXPECT_THAT(refused(std::string(10240, '\0')), HasSubstr("has no files"));
  EXPECT_FALSE(run("PK\003\004 no archive either", ArchiveKind::zip));
}

TEST_F(Unpack, EndsWhenItIsStopped) {
  std::stop_source stop;
  stop.request_stop();
  limits_.stop = stop.get_token();
  EXPECT_THAT(refused(Tar().add("a", is_file, "x").whole()), HasSubstr("interrupted"));
}

TEST(ArchiveKindOf, IsSaidByTheEnding) {
  for (const char* name : {"m.tar", "m.tar.gz", "m.tgz", "m.tar.zst"})
    EXPECT_EQ(archive_kind(name), ArchiveKind::tar) << name;
  EXPECT_EQ(archive_kind("m.zip"), ArchiveKind::zip);
  for (const char* name : {"m.onnx", ".tar", "m.gz", "m.zip.onnx"}) EXPECT_EQ(archive_kind(name), std::nullopt) << name;
}

}  // namespace
}  // namespace slipway::fetch
