#include "models/model_hash.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include "core/test_folder.hpp"

namespace slipway::models {
namespace {

struct ModelHash : core::FolderTest {
  std::string of(const std::string& name) const {
    const auto hash = model_hash(folder() / name);
    return hash ? *hash : hash.error().message();
  }
};

TEST_F(ModelHash, IsOfTheContent) {
  write("a/m.onnx", "one");
  write("b/m.onnx", "one");
  write("c/m.onnx", "two");
  EXPECT_EQ(of("a/m.onnx").size(), 64U);
  EXPECT_EQ(of("a/m.onnx"), of("b/m.onnx"));
  EXPECT_NE(of("a/m.onnx"), of("c/m.onnx"));
}

TEST_F(ModelHash, CountsWeightsBesideItAndNothingElse) {
  write("m.xml", "graph");
  const std::string alone = of("m.xml");
  write("other.xml", "graph");
  write("m.yaml", "name: n");
  EXPECT_EQ(of("m.xml"), alone);
  write("m.bin", "weights");
  const std::string with = of("m.xml");
  EXPECT_NE(with, alone);
  write("m.bin", "wEights");
  EXPECT_NE(of("m.xml"), with);
}

TEST_F(ModelHash, OfAFolderIsOfAllInIt) {
  write("saved/saved_model.pb", "graph");
  write("saved/variables/variables.index", "one");
  const std::string before = of("saved");
  write("saved/variables/variables.index", "two");
  EXPECT_NE(of("saved"), before);
}

TEST_F(ModelHash, OfALargeFileSeesItsEnd) {
  const auto file = write("large.onnx", "");
  std::filesystem::resize_file(file, (300U << 20U) + 3);
  const std::string before = of("large.onnx");
  std::fstream(file, std::ios::binary | std::ios::in | std::ios::out).seekp(-1, std::ios::end) << '!';
  EXPECT_NE(of("large.onnx"), before);
}

TEST_F(ModelHash, SaysWhatCannotBeRead) { EXPECT_NE(of("none/m.onnx").find("none/m.onnx"), std::string::npos); }

}  // namespace
}  // namespace slipway::models
