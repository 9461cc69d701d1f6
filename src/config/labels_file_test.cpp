#include "config/labels_file.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LabelsFile : public core::FolderTest {};

TEST_F(LabelsFile, HasALabelALine) {
  EXPECT_THAT(*read_labels(write("a.txt", "cat\r\nold dog\n\nbird\n\n\n"), ""),
              ElementsAre("cat", "old dog", "", "bird"));
  EXPECT_THAT(*read_labels(write("b.txt", "cat\ndog"), ""), ElementsAre("cat", "dog"));
}

TEST_F(LabelsFile, OrAListInJson) {
  EXPECT_THAT(*read_labels(write("list.json", R"(["a", "b"])"), ""), ElementsAre("a", "b"));
  EXPECT_THAT(*read_labels(write("plain.json", R"({"labels": ["a"]})"), ""), ElementsAre("a"));
  const auto object = write("object.json", R"({"x/y": ["a"], "deep": {"names": ["b"]}})");
  EXPECT_THAT(*read_labels(object, "x/y"), ElementsAre("a"));
  EXPECT_THAT(*read_labels(object, "/deep/names"), ElementsAre("b"));
}

TEST_F(LabelsFile, SaysWhatItCannotRead) {
  const auto sentence = [](const std::filesystem::path& file, const std::string& key) {
    const auto labels = read_labels(file, key);
    return labels ? std::string("no error") : labels.error().message();
  };
  EXPECT_THAT(sentence(folder() / "none.txt", ""), HasSubstr("none.txt: no such file"));
  EXPECT_THAT(sentence(write("empty.txt", "\n\n"), ""), HasSubstr("no labels in it"));
  EXPECT_THAT(sentence(write("a.txt", "cat"), "k"), HasSubstr("only a .json file has keys"));
  EXPECT_THAT(sentence(write("bad.json", "[1,"), ""), HasSubstr("this is no JSON"));
  EXPECT_THAT(sentence(write("number.json", R"(["a", 2])"), ""), HasSubstr("label 1 is no text"));
  const auto object = write("object.json", R"({"a": 1})");
  EXPECT_THAT(sentence(object, ""), HasSubstr("\"key\" to say where"));
  EXPECT_THAT(sentence(object, "b"), HasSubstr("no list under the key \"b\""));
  EXPECT_THAT(sentence(object, "/a/b"), HasSubstr("no list under the key \"/a/b\""));
}

}  // namespace
}  // namespace slipway::config
