#include "fetch/record.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::fetch {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OfAnArchive : public core::FolderTest {
 protected:
  /// What was unpacked to here.
  Unpacked unpacked() const {
    Unpacked all;
    for (const char* name : {"m/1/model.onnx", "m/2/model.onnx", "m/model.yaml"})
      all.files[name] = sha256_unless_link(write(name, name));
    fs::create_symlink("2", folder() / "m/latest");
    all.links["m/latest"] = "2";
    return all;
  }
};

TEST_F(OfAnArchive, RecordHoldsWhileAllIsAsItWas) {
  EXPECT_FALSE(Record(folder(), "m.tar").holds("abc"));
  ASSERT_TRUE(Record(folder(), "m.tar").write("abc", unpacked(), folder()));
  const Record record(folder(), "m.tar");
  EXPECT_TRUE(record.holds("abc"));
  EXPECT_FALSE(record.holds("abd"));
  EXPECT_THAT(record.names(), ElementsAre("m/1/model.onnx", "m/2/model.onnx", "m/latest", "m/model.yaml"));
  write("m/model.yaml", "changed");
  EXPECT_FALSE(record.holds("abc"));
}

TEST_F(OfAnArchive, StaleIsWhatIsNoMoreInItUnlessSomebodyChangedIt) {
  ASSERT_TRUE(Record(folder(), "m.tar").write("abc", unpacked(), folder()));
  write("m/model.yaml", "changed");
  Unpacked now;
  now.files["m/2/model.onnx"] = "another";
  EXPECT_THAT(Record(folder(), "m.tar").stale(now), ElementsAre("m/1/model.onnx", "m/latest"));
  EXPECT_THAT(Record(folder(), "other.tar").stale(now), IsEmpty());
}

TEST_F(OfAnArchive, ARecordThatLeadsElsewhereIsNone) {
  write(".m.tar.fetched", "# archive abc\n# link ../x -> y\n");
  EXPECT_FALSE(Record(folder(), "m.tar").holds("abc"));
  EXPECT_THAT(Record(folder(), "m.tar").stale({}), IsEmpty());
}

}  // namespace
}  // namespace slipway::fetch
