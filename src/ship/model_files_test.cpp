#include "ship/model_files.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::ship {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class ModelFiles : public core::FolderTest {
 protected:
  models::Source source(const std::string& name, const std::string& version, const std::string& path) const {
    models::Source made{.spec = {}, .version = version, .path = folder() / path, .place = folder() / path};
    made.spec.name = name;
    return made;
  }
  /// One whose own is a folder.
  models::Source source_in(const std::string& place, const std::string& version, const std::string& path) const {
    models::Source made = source(fs::path(place).filename(), version, place + "/" + path);
    made.place = folder() / place;
    return made;
  }
  Placement all() const { return {folder(), "models", {}}; }
  static std::vector<std::string> names(const LayerPlan& plan) {
    std::vector<std::string> all;
    for (const Item& item : plan.items) all.push_back(item.name);
    return all;
  }
};

TEST_F(ModelFiles, OfAVersionAreThoseInItsFolder) {
  for (const char* file :
       {"r/m/3/model.onnx", "r/m/3/more/weights.bin", "r/m/3/.git/x", "r/m/2/model.onnx", "r/m/notes.txt"})
    write(file);
  const std::vector sources{source_in("r/m", "3", "3/model.onnx"), source_in("r/m", "2", "2/model.onnx")};
  EXPECT_THAT(names(version_files(sources[0], all()).value()),
              UnorderedElementsAre("models/r/m/3/model.onnx", "models/r/m/3/more/weights.bin"));
  EXPECT_THAT(names(version_files(sources[1], all()).value()), ElementsAre("models/r/m/2/model.onnx"));
}

TEST_F(ModelFiles, OfTheConfigurationAreThoseThatWereRead) {
  for (const char* file : {"r/m/model.yaml", "r/m/labels/names.txt", "r/m/secret.txt"}) write(file);
  auto read = source("m", "1", "r/m/1/model.onnx");
  read.spec.files = {folder() / "r/m/model.yaml", folder() / "r/m/./labels/names.txt"};
  EXPECT_THAT(names(configuration_files({read}, all()).value()),
              ElementsAre("models/r/m/model.yaml", "models/r/m/labels/names.txt"));
}

TEST_F(ModelFiles, OfAPlainFolderAreAllInItButItsConfiguration) {
  for (const char* file : {"r/m/price.onnx", "r/m/weights.bin", "r/m/model.yaml"}) write(file);
  auto plain = source_in("r/m", "1", "price.onnx");
  plain.spec.files = {folder() / "r/m/model.yaml"};
  EXPECT_THAT(names(version_files(plain, all()).value()),
              UnorderedElementsAre("models/r/m/price.onnx", "models/r/m/weights.bin"));
}

TEST_F(ModelFiles, OfABareModelBeginWithItsStemAndAreNotWhatWasPackedOfIt) {
  for (const char* file : {"digits.onnx", "digits.onnx.data", "digits.tar", "digits.tar.gz", "digits.deb",
                           "digits.made", "digits2.onnx", "noending"})
    write(file);
  Placement placement = all();
  placement.without = folder() / "digits.made";
  EXPECT_THAT(names(version_files(source("digits", "1", "digits.onnx"), placement).value()),
              UnorderedElementsAre("models/digits.onnx", "models/digits.onnx.data"));
  EXPECT_THAT(names(version_files(source("noending", "1", "noending"), placement).value()),
              ElementsAre("models/noending"));
}

TEST_F(ModelFiles, OfAModelThatIsNamedByItsFileAreNotWhatLiesBesideIt) {
  for (const char* file : {"work/model.onnx", "work/model.onnx.data", "work/model.yaml", "work/id_rsa",
                           "work/train.csv", "m/3/model.onnx", "m/3/notes.txt"})
    write(file);
  auto named = source("model", "1", "work/model.onnx");
  named.spec.files = {folder() / "work/model.yaml"};
  EXPECT_THAT(names(version_files(named, all()).value()),
              UnorderedElementsAre("models/work/model.onnx", "models/work/model.onnx.data"));
  EXPECT_THAT(names(version_files(source("model", "1", "m/3/model.onnx"), all()).value()),
              ElementsAre("models/m/3/model.onnx"));
}

TEST_F(ModelFiles, OfTheAppFilesOwnFolderAreNotAllInIt) {
  for (const char* file : {"app.yaml", "model.yaml", "net.onnx", "notes.txt", "1/model.onnx", "1/weights.bin"})
    write(file);
  models::Source own = source("m", "1", "net.onnx");
  own.place = folder();
  EXPECT_THAT(names(version_files(own, all()).value()), ElementsAre("models/net.onnx"));
  own.path = folder() / "1/model.onnx";
  EXPECT_THAT(names(version_files(own, all()).value()),
              UnorderedElementsAre("models/1/model.onnx", "models/1/weights.bin"));
}

TEST_F(ModelFiles, OfAFolderThatIsAModelAreAllInIt) {
  write("heard/tokens.txt");
  write("heard/encoder.onnx");
  EXPECT_THAT(names(version_files(source("heard", "1", "heard"), all()).value()),
              UnorderedElementsAre("models/heard/tokens.txt", "models/heard/encoder.onnx"));
}

TEST_F(ModelFiles, ThatLieElsewhereOrLeadThereAreRefused) {
  write("a/m.onnx");
  write("b/x");
  const Placement below_b{folder() / "b", "app", {}};
  EXPECT_THAT(version_files(source("m", "1", "a/m.onnx"), below_b).error().message(),
              testing::HasSubstr("lies outside"));
  write("b/r/1/model.onnx");
  fs::create_symlink(folder() / "a/m.onnx", folder() / "b/r/1/weights.bin");
  EXPECT_THAT(version_files(source_in("b/r", "1", "1/model.onnx"), below_b).error().message(),
              testing::HasSubstr("a/m.onnx: lies outside"));
  fs::create_symlink(folder() / "a/m.onnx", folder() / "b/asked.onnx");
  EXPECT_THAT(names(version_files(source("asked", "1", "b/asked.onnx"), below_b).value()),
              ElementsAre("app/asked.onnx"))
      << "a model's own file is what the user asked for";
}

TEST_F(ModelFiles, ALinkThatLeadsRoundIsAnError) {
  write("r/m/1/model.onnx");
  fs::create_directory_symlink(folder() / "r/m/1", folder() / "r/m/1/again");
  EXPECT_FALSE(version_files(source_in("r/m", "1", "1/model.onnx"), all()));
}

TEST_F(ModelFiles, ABareModelIsReadWithoutWhatLiesBesideIt) {
  for (const char* file : {"me/m.onnx", "me/m.onnx.data", "me/m.yaml", "me/.ssh/id", "me/other.onnx", "labels.txt"})
    write(file);
  auto bare = source("m", "1", "me/m.onnx");
  bare.place = bare.path;
  bare.spec.files = {folder() / "me/m.yaml", folder() / "me/../labels.txt"};
  auto read = read_of(bare);
  std::ranges::sort(read);
  read.erase(std::ranges::unique(read).begin(), read.end());
  EXPECT_THAT(read, UnorderedElementsAre(folder() / "me/m.onnx", folder() / "me/m.onnx.data", folder() / "me/m.yaml",
                                         folder() / "labels.txt"));
}

TEST_F(ModelFiles, OfAFolderIsReadToWhereItsLinksLead) {
  for (const char* file : {"m/1/inside.bin", "m/2/model.onnx", "blobs/abc"}) write(file);
  fs::create_symlink("../../blobs/abc", folder() / "m/1/model.onnx");
  fs::create_symlink("../1/inside.bin", folder() / "m/2/inside.bin");
  auto linked = source("m", "1", "m/1/model.onnx");
  linked.place = folder() / "m";
  EXPECT_THAT(read_of(linked), ElementsAre(folder() / "m", fs::canonical(folder() / "blobs/abc")));
}

}  // namespace
}  // namespace slipway::ship
