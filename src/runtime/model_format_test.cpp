#include "runtime/model_format.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/test_folder.hpp"

namespace slipway::runtime {
namespace {

using namespace std::string_view_literals;

// an IR version, a producer's name and a graph of 5 bytes
constexpr auto onnx = "\x08\x08\x12\x07pytorch\x3a\x05graph"sv;

class ModelFormat : public testing::Test {
 protected:
  std::string format_of(const std::string& name, std::string_view content) const {
    return detect_format(folder.write(name, content));
  }
  core::TestFolder folder;
};

TEST_F(ModelFormat, BelievesTheContents) {
  EXPECT_EQ(format_of("weights", onnx), "onnx");
  EXPECT_EQ(format_of("m.pb", onnx), "onnx");
  EXPECT_EQ(format_of("m.onnx", "\x20\0\0\0ORTM...."sv), "ort");
  EXPECT_EQ(format_of("m.bin", "\x1c\0\0\0TFL3...."sv), "tflite");
  EXPECT_EQ(format_of("m.xml", "<?xml version=\"1.0\"?>\n<net name=\"m\" version=\"11\">"), "openvino_ir");
  EXPECT_EQ(format_of("inference.json", R"({"base_code":{"magic":"pir","version":1},"program":{}})"), "paddle");
}

TEST_F(ModelFormat, TakesTheSuffixOfAFileThatIsSpoilt) {
  EXPECT_EQ(format_of("empty.onnx", ""), "onnx");
  EXPECT_EQ(format_of("text.onnx", "this is no model"), "onnx");
  EXPECT_EQ(format_of("m.ort", ""), "ort");
  EXPECT_EQ(format_of("m.tflite", "short"), "tflite");
  EXPECT_EQ(format_of("m.pb", "\x0a\x05node1"), "tensorflow_graph");
  EXPECT_EQ(format_of("m.pdmodel", ""), "paddle");
  EXPECT_EQ(format_of("m.fake", "input=x FP32 1"), "fake");
}

TEST_F(ModelFormat, LeavesOtherFilesAlone) {
  EXPECT_EQ(format_of("README.md", "# a text"), "");
  EXPECT_EQ(format_of("empty", ""), "");
  EXPECT_EQ(format_of("pom.xml", "<project></project>"), "");
  EXPECT_EQ(format_of("package.json", R"({"name":"pir"})"), "");
  EXPECT_EQ(format_of("inference.json", R"({"name":"something"})"), "");
  EXPECT_EQ(format_of("backspaces", "\x08\x08\x08\x08"sv), "");
  EXPECT_EQ(format_of("version_0", "\x08\x00\x3a\x05graph"sv), "");
  EXPECT_EQ(format_of("no_graph", "\x08\x08\x12\x03"sv), "");
  // a saved model begins with its version too; its next field would be a producer's name of 16 KB
  EXPECT_EQ(format_of("saved_model", "\x08\x01\x12\x80\x80\x01..."sv), "");
  EXPECT_EQ(detect_format(folder.path() / "missing.onnx"), "");
}

TEST_F(ModelFormat, ReadsOnOverALongDescription) {
  std::string model = "\x08\x08\x32\x80\x20";  // a doc string of 4096 bytes
  model.append(4096, 'd');
  EXPECT_EQ(format_of("described", model), "onnx");
}

TEST_F(ModelFormat, KnowsFoldersByTheirFiles) {
  folder.write("tf/saved_model.pb", "");
  folder.write("paddle/inference.pdmodel", "");
  folder.write("pir/inference.json", "{}");
  folder.write("old/__model__", "");
  folder.write("repository/digits/1/model.onnx", onnx);
  EXPECT_EQ(detect_format(folder.path() / "tf"), "tensorflow_saved_model");
  EXPECT_EQ(detect_format(folder.path() / "paddle"), "paddle");
  EXPECT_EQ(detect_format(folder.path() / "pir"), "paddle");
  EXPECT_EQ(detect_format(folder.path() / "old"), "paddle");
  EXPECT_EQ(detect_format(folder.path() / "repository"), "");
}

TEST_F(ModelFormat, KnowsSpeechModelsByTheirTokensOrTheirJoiner) {
  folder.write("whisper/tiny-encoder.onnx", onnx);
  folder.write("whisper/tiny-tokens.txt", "a 0");
  folder.write("transducer/joiner.int8.onnx", onnx);
  folder.write("bare/encoder.onnx", onnx);
  folder.write("text/tokens.txt", "a 0");
  EXPECT_EQ(detect_format(folder.path() / "whisper"), "speech");
  EXPECT_EQ(detect_format(folder.path() / "transducer"), "speech");
  EXPECT_EQ(detect_format(folder.path() / "bare"), "");
  EXPECT_EQ(detect_format(folder.path() / "text"), "");
}

}  // namespace
}  // namespace slipway::runtime
