#include "kind.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace slipway::speech_backend {
namespace {

namespace fs = std::filesystem;

class Folder : public testing::Test {
 protected:
  Folder() { fs::create_directories(path_); }
  ~Folder() override { fs::remove_all(path_); }

  /// An empty graph with metadata at its end, as an onnx.ModelProto has them.
  void graph(const std::string& name, const std::string& key = "", const std::string& value = "") const {
    std::ofstream out(path_ / name, std::ios::binary);
    out << "\x08\x09";
    if (key.empty()) return;
    const std::string entry = std::string{'\x0a', static_cast<char>(key.size())} + key +
                              std::string{'\x12', static_cast<char>(value.size())} + value;
    out << '\x72' << static_cast<char>(entry.size()) << entry;
  }
  void tokens(const std::string& name = "tokens.txt") const { std::ofstream(path_ / name) << "a 0\n"; }

  SpeechModel model(const KindOptions& options = {}) const { return speech_model_in(path_, options); }
  std::string refusal() const {
    try {
      model();
    } catch (const std::exception& error) {
      return error.what();
    }
    return "none";
  }

  fs::path path_ = fs::path(testing::TempDir()) /
                   ("speech_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(Folder, WithAMergedDecoderIsMoonshine) {
  graph("encoder_model.ort");
  graph("decoder_model_merged.ort");
  tokens();
  const SpeechModel found = model();
  EXPECT_EQ(found.kind, "moonshine");
  EXPECT_EQ(found.file("merged_decoder"), (path_ / "decoder_model_merged.ort").string());
  EXPECT_EQ(found.file("joiner"), "");
  EXPECT_FALSE(found.streaming);
}

TEST_F(Folder, WithFourGraphsIsTheOlderMoonshine) {
  for (const char* name :
       {"preprocess.onnx", "encode.int8.onnx", "uncached_decode.int8.onnx", "cached_decode.int8.onnx"})
    graph(name);
  tokens();
  const SpeechModel found = model();
  EXPECT_EQ(found.kind, "moonshine");
  EXPECT_EQ(found.file("cached_decoder"), (path_ / "cached_decode.int8.onnx").string());
  EXPECT_EQ(found.file("uncached_decoder"), (path_ / "uncached_decode.int8.onnx").string());
}

TEST_F(Folder, WithEncoderAndDecoderIsWhisper) {
  graph("tiny.en-encoder.onnx", "model_type", "whisper-tiny.en");
  graph("tiny.en-encoder.int8.onnx", "model_type", "whisper-tiny.en");
  graph("tiny.en-decoder.onnx");
  graph("silero_vad.onnx");
  tokens("tiny.en-tokens.txt");
  EXPECT_EQ(model().kind, "whisper");
  EXPECT_EQ(model().file("encoder"), (path_ / "tiny.en-encoder.onnx").string());
  EXPECT_EQ(model({.kind = "", .int8 = true}).file("encoder"), (path_ / "tiny.en-encoder.int8.onnx").string());
}

TEST_F(Folder, WithAJoinerIsATransducerThatStreamsWhereItSaysItsChunks) {
  graph("encoder-epoch-99.onnx", "decode_chunk_len", "32");
  graph("decoder-epoch-99.onnx");
  graph("joiner-epoch-99.onnx");
  tokens();
  EXPECT_EQ(model().kind, "transducer");
  EXPECT_TRUE(model().streaming);
}

TEST_F(Folder, WithOneGraphIsWhatItsMetadataSay) {
  tokens();
  graph("model.onnx", "model_type", "EncDecCTCModelBPE");
  EXPECT_EQ(model().kind, "nemo_ctc");
  graph("model.onnx", "model_type", "sense_voice_ctc");
  EXPECT_EQ(model().kind, "sense_voice");
  graph("model.onnx", "model_type", "zipformer2_ctc");
  EXPECT_EQ(model().kind, "zipformer_ctc");
}

TEST_F(Folder, OfAKindThatIsNotToldIsWhatTheOptionSays) {
  tokens();
  graph("model.onnx", "model_type", "newest_ctc");
  EXPECT_THAT(refusal(), testing::AllOf(testing::HasSubstr("newest_ctc"), testing::HasSubstr("wenet_ctc")));
  EXPECT_EQ(model({.kind = "wenet_ctc", .int8 = false}).kind, "wenet_ctc");
}

TEST_F(Folder, ThatLacksSomethingIsToldWhat) {
  graph("encoder.onnx");
  graph("decoder.onnx");
  EXPECT_THAT(refusal(), testing::StartsWith("tokens.txt is missing; there is decoder.onnx"));
  tokens();
  fs::remove(path_ / "decoder.onnx");
  EXPECT_THAT(refusal(), testing::StartsWith("a decoder.onnx"));
  graph("joiner.onnx");
  EXPECT_THAT(refusal(), testing::StartsWith("a decoder.onnx"));
}

TEST_F(Folder, HasATokenAndItsNumberInEachLineOfItsTokens) {
  graph("encoder_model.ort");
  graph("decoder_model_merged.ort");
  const auto refused = [this](const std::string& text) {
    std::ofstream(path_ / "tokens.txt") << text;
    return refusal();
  };
  EXPECT_EQ(refused("<blk> 0\n  1\nPHM+\t2\r\n"), "none");
  EXPECT_THAT(refused("a 0\nb\n"), testing::HasSubstr("line 2: \"b\""));
  EXPECT_THAT(refused("a 0\nb c\n"), testing::HasSubstr("\"b c\""));
  EXPECT_THAT(refused("0\n"), testing::HasSubstr("line 1"));
  EXPECT_THAT(refused(""), testing::HasSubstr("no tokens"));
}

TEST_F(Folder, HasMetadataAtTheEndsOfItsFilesAlone) {
  graph("model.onnx", "model_type", "wenet_ctc");
  EXPECT_EQ(onnx_metadata(path_ / "model.onnx", "model_type"), "wenet_ctc");
  EXPECT_EQ(onnx_metadata(path_ / "model.onnx", "model"), "");
  EXPECT_EQ(onnx_metadata(path_ / "nothing.onnx", "model_type"), "");
}

}  // namespace
}  // namespace slipway::speech_backend
