#include "config/model_yaml.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

class ModelYaml : public core::FolderTest {
 protected:
  /// What is said of a file with this text.
  std::string sentence(const std::string& text) const {
    const auto spec = load_model_yaml(write("model.yaml", text));
    if (spec) return "no error";
    EXPECT_EQ(spec.error().code(), core::Code::invalid_argument);
    return spec.error().message();
  }
  /// Where such a sentence begins.
  std::string at(int line) const { return fmt::format("{}:{}: ", (folder() / "model.yaml").string(), line); }
};

TEST_F(ModelYaml, IsReadWhole) {
  const auto spec = load_model_yaml(write("model.yaml",
                                          "name: digits\n"
                                          "description: What digit is it?\n"
                                          "backend: onnxruntime\n"
                                          "device: cpu\n"
                                          "instances: 2\n"
                                          "threads: 3\n"
                                          "max_batch_size: 0\n"
                                          "max_delay_us: 500\n"
                                          "queue_limit: 10\n"
                                          "timeout_ms: 250\n"
                                          "backend_options: {graph: basic, level: 3}\n"));
  ASSERT_TRUE(spec) << spec.error().message();
  EXPECT_EQ(spec->name, "digits");
  EXPECT_EQ(spec->description, "What digit is it?");
  EXPECT_EQ(spec->backend, "onnxruntime");
  EXPECT_EQ(spec->device, "cpu");
  EXPECT_EQ(spec->instances, 2U);
  EXPECT_EQ(spec->threads, 3U);
  EXPECT_EQ(spec->max_batch_size, 0);
  EXPECT_EQ(spec->max_delay, std::chrono::microseconds(500));
  EXPECT_EQ(spec->queue_limit, 10U);
  EXPECT_EQ(spec->timeout, std::chrono::milliseconds(250));
  EXPECT_THAT(spec->backend_options, ElementsAre(Pair("graph", "basic"), Pair("level", "3")));
}

TEST_F(ModelYaml, WhatOnlyABackendCanJudgeHasItsPlace) {
  const auto spec = load_model_yaml(write("model.yaml", "name: a\ndevice: x\nbackend_options:\n  a: 1\n  b: 2\n"));
  ASSERT_TRUE(spec) << spec.error().message();
  const std::string file = (folder() / "model.yaml").string();
  EXPECT_THAT(spec->places, ElementsAre(Pair("backend_options.a", file + ":4"), Pair("backend_options.b", file + ":5"),
                                        Pair("device", file + ":2")));
  ModelSpec over;
  over.device = "y";
  over.backend_options = {{"a", "2"}};
  over.places = {{"backend_options.a", "other:1"}};
  const ModelSpec merged = merge(*spec, over);
  EXPECT_THAT(merged.places, ElementsAre(Pair("backend_options.a", "other:1"), Pair("backend_options.b", file + ":5")));
}

TEST_F(ModelYaml, WhatIsNotSaidStaysUnset) {
  for (const char* text : {"", "# nothing\n", "name: a\n"}) {
    const auto spec = load_model_yaml(write("model.yaml", text));
    ASSERT_TRUE(spec) << spec.error().message();
    EXPECT_FALSE(spec->backend || spec->instances || spec->max_batch_size || spec->max_delay || spec->timeout);
    EXPECT_FALSE(spec->bytes_input || spec->labels_output);
  }
}

TEST_F(ModelYaml, AnUnknownKeyIsNamedWithItsLineAndWhatWasMeant) {
  EXPECT_THAT(
      sentence("name: a\ninstanzes: 2\n"),
      StartsWith(at(2) +
                 "model: unknown key \"instanzes\", perhaps \"instances\" is meant; there are: name, description, "));
  EXPECT_THAT(sentence("colour: red\n"), StartsWith(at(1) + "model: unknown key \"colour\"; there are: name"));
  EXPECT_THAT(sentence("name: a\nname: b\n"), StartsWith(at(2) + "model: the key \"name\" is given twice"));
}

TEST_F(ModelYaml, AValueMustBeOfItsTypeAndRange) {
  EXPECT_EQ(sentence("\n\nthreads: many\n"), at(3) + "threads: \"many\" given, an integer from 1 to 1024 expected");
  EXPECT_EQ(sentence("instances: 0\n"), at(1) + "instances: \"0\" given, an integer from 1 to 1024 expected");
  EXPECT_EQ(sentence("instances: 1.5\n"), at(1) + "instances: \"1.5\" given, an integer from 1 to 1024 expected");
  EXPECT_EQ(sentence("queue_limit: [1]\n"),
            at(1) + "queue_limit: a list given, an integer from 1 to 10000000 expected");
  EXPECT_EQ(sentence("backend:\n"), at(1) + "backend: nothing given, a text expected");
  EXPECT_EQ(sentence("backend_options: fast\n"), at(1) + "backend_options: \"fast\" given, keys with values expected");
  EXPECT_EQ(sentence("backend_options:\n  a: 1\n  a: 2\n"), at(3) + "backend_options: the key \"a\" is given twice");
  EXPECT_THAT(sentence("backend_options:\n  a: [1]\n"), StartsWith(at(2) + "backend_options: a list given"));
  EXPECT_THAT(sentence("name: a/b\n"), HasSubstr("without \"/\""));
  EXPECT_THAT(sentence("name: \"x\\nRUN evil\"\n"), HasSubstr("control characters"));
  EXPECT_EQ(sentence("- a\n"), at(1) + "model: a list given, keys with values expected");
}

TEST_F(ModelYaml, WhatIsNoYamlIsSaidWithItsLine) {
  EXPECT_THAT(sentence("name: a\nb: [1\n"), HasSubstr("this is no YAML: "));
  EXPECT_THAT(sentence("a: b: c\n"), StartsWith(at(1) + "this is no YAML: "));
}

TEST_F(ModelYaml, AFileThatCannotBeReadIsAnError) {
  EXPECT_EQ(load_model_yaml(folder() / "missing.yaml").error().code(), core::Code::not_found);
  EXPECT_THAT(load_model_yaml(folder()).error().message(), HasSubstr("is no file"));
}

TEST_F(ModelYaml, TransformsAreReadWithTheLabelsBesideThem) {
  write("names.json", R"({"space": ["png", "pdf"]})");
  const auto spec =
      load_model_yaml(write("model.yaml",
                            "transforms:\n"
                            "  input:\n"
                            "    bytes: {input: x, head: 4, tail: 2, block: 64, strip: true, pad: 256}\n"
                            "  output:\n"
                            "    labels: {output: y, file: names.json, key: space, top_k: 1, softmax: true}\n"));
  ASSERT_TRUE(spec) << spec.error().message();
  EXPECT_EQ(spec->bytes_input->input, "x");
  EXPECT_EQ(spec->bytes_input->head, 4);
  EXPECT_EQ(spec->bytes_input->tail, 2);
  EXPECT_EQ(spec->bytes_input->block, 64);
  EXPECT_TRUE(spec->bytes_input->strip);
  EXPECT_EQ(spec->bytes_input->pad, 256);
  EXPECT_EQ(spec->labels_output->output, "y");
  EXPECT_TRUE(spec->labels_output->softmax);
  EXPECT_EQ(spec->labels_output->top_k, 1);
  EXPECT_THAT(spec->labels_output->labels, ElementsAre("png", "pdf"));
}

TEST_F(ModelYaml, ATransformThatCannotWorkIsRefused) {
  EXPECT_THAT(sentence("transforms:\n  input:\n    bytes: {}\n"), StartsWith(at(3) + "head: head or tail must say"));
  EXPECT_THAT(sentence("transforms: {input: {bytes: {head: 5000}}}\n"),
              HasSubstr("at least head and tail (5000 and 0)"));
  EXPECT_THAT(sentence("transforms: {input: {image: {}}}\n"),
              HasSubstr("transforms.input: unknown key \"image\"; there are: bytes"));
  EXPECT_THAT(sentence("transforms:\n  output:\n    labels:\n      file: none.txt\n"), StartsWith(at(4) + "file: "));
  EXPECT_THAT(sentence("transforms: {output: {labels: {labels: a}}}\n"),
              HasSubstr("\"a\" given, a list of texts expected"));
  EXPECT_THAT(sentence("transforms: {output: {labels: {labels: [a], file: b}}}\n"),
              HasSubstr("one of the two expected"));
  EXPECT_THAT(sentence("transforms: {output: {labels: {key: a}}}\n"), HasSubstr("without the \"file\""));
}

TEST_F(ModelYaml, ReadsSequences) {
  const auto spec = load_model_yaml(
      write("model.yaml", "sequence: {max_idle_ms: 500, max_sequences: 7, states: [{input: h, output: hn}]}\n"));
  ASSERT_TRUE(spec) << spec.error().message();
  EXPECT_EQ(spec->sequence->max_idle, std::chrono::milliseconds(500));
  EXPECT_EQ(spec->sequence->max_sequences, 7U);
  EXPECT_EQ(spec->sequence->states.at(0).output, "hn");
  EXPECT_THAT(sentence("sequence: {states: {input: h}}\n"), HasSubstr("a list of entries"));
  EXPECT_THAT(sentence("sequence: {states: [{input: h}]}\n"), HasSubstr("both input and output"));
  EXPECT_THAT(sentence("sequence:\n  max_idel_ms: 5\n"), StartsWith(at(2)));
}

}  // namespace
}  // namespace slipway::config
