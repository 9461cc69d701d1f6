#include "config/triton_config.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::config {
namespace {

using std::chrono::microseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TritonConfigFile : public core::FolderTest {
 protected:
  core::Result<TritonConfig> read(const std::string& text) const {
    return load_triton_config(write("config.pbtxt", text));
  }
  std::string error_of(const std::string& text) const {
    const auto config = read(text);
    return config ? "" : config.error().message();
  }
};

TEST_F(TritonConfigFile, ReadsWhatAModelTakesAndGives) {
  write("classes.txt", "cat\ndog\n");
  const auto config = read(R"(
name: "pets"
platform: "onnxruntime_onnx"
max_batch_size: 8
input [ { name: "image" data_type: TYPE_FP32 dims: [ 3, -1, 224 ] } ]
output [ { name: "scores" data_type: TYPE_FP32 dims: [ 2 ] reshape { shape: [ 2, 1 ] } label_filename: "classes.txt" },
         { name: "text" data_type: TYPE_STRING dims: [ 1 ] } ]
default_model_filename: "net.onnx"
version_policy: { specific: { versions: [1, 3] } }
instance_group [ { count: 2 kind: KIND_CPU }, { count: 1 } ]
parameters { key: "intra_op_thread_count" value: { string_value: "2" } }
)");
  ASSERT_TRUE(config) << config.error().message();
  const ModelSpec& spec = config->spec;
  EXPECT_THAT(config->warnings, testing::IsEmpty());
  EXPECT_EQ(spec.name, "pets");
  EXPECT_EQ(spec.backend, "onnxruntime");
  EXPECT_EQ(spec.max_batch_size, 8);
  EXPECT_EQ(spec.inputs.at(0).dims, (core::Shape{3, -1, 224}));
  EXPECT_EQ(spec.outputs.at(0).reshape, (core::Shape{2, 1}));
  EXPECT_EQ(spec.outputs.at(1).dtype, core::DataType::bytes);
  EXPECT_THAT(spec.output_labels.at(0).labels, ElementsAre("cat", "dog"));
  EXPECT_EQ(spec.model_filename, "net.onnx");
  EXPECT_THAT(spec.versions->specific, ElementsAre(1, 3));
  EXPECT_EQ(spec.instances, 3U);
  EXPECT_EQ(spec.threads, 2U);
}

TEST_F(TritonConfigFile, ReadsEveryKnobOfDynamicBatching) {
  const auto config = read(R"(
max_batch_size: 16
dynamic_batching {
  preferred_batch_size: [ 8, 4 ]
  max_queue_delay_microseconds: 100
  preserve_ordering: false
  priority_levels: 2
  default_priority_level: 2
  default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 5 max_queue_size: 7 }
  priority_queue_policy { key: 1 value { allow_timeout_override: true } }
})");
  ASSERT_TRUE(config) << config.error().message();
  const ModelSpec& spec = config->spec;
  EXPECT_EQ(spec.max_delay, microseconds(100));
  EXPECT_THAT(spec.batching->preferred_sizes, ElementsAre(4, 8));
  EXPECT_EQ(spec.batching->preserve_ordering, false);
  EXPECT_EQ(spec.priorities->levels, 2U);
  EXPECT_EQ(spec.priorities->default_level, 2U);
  EXPECT_TRUE(spec.priorities->default_policy->delay_on_timeout);
  EXPECT_EQ(spec.priorities->default_policy->default_timeout, microseconds(5));
  EXPECT_EQ(spec.priorities->default_policy->max_queue_size, 7U);
  EXPECT_TRUE(spec.priorities->policies.at(1).allow_timeout_override);
  EXPECT_THAT(spec.triton_config, HasSubstr(R"("max_queue_delay_microseconds":100,)"));
  EXPECT_THAT(spec.triton_config, HasSubstr(R"("priority_queue_policy":{"1":{"allow_timeout_override":true}})"));
}

TEST_F(TritonConfigFile, ReadsSequences) {
  const auto config = read(R"(
sequence_batching {
  max_sequence_idle_microseconds: 5000000
  oldest { max_candidate_sequences: 4 }
  control_input [ { name: "START" control [ { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } ] },
                  { name: "ID" control [ { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } ] } ]
  state [ { input_name: "h" output_name: "hn" data_type: TYPE_FP32 dims: [ 2, 1, 128 ]
            initial_state: { data_type: TYPE_FP32 dims: [ 2, 1, 128 ] zero_data: true name: "zero" } } ]
})");
  ASSERT_TRUE(config) << config.error().message();
  const SequenceSpec& sequence = *config->spec.sequence;
  EXPECT_EQ(sequence.max_idle, std::chrono::seconds(5));
  EXPECT_EQ(sequence.max_sequences, 1024U) << "more than are candidates wait in Triton, and are not refused";
  EXPECT_EQ(sequence.controls.at(0).kind, SequenceControl::Kind::start);
  EXPECT_EQ(sequence.controls.at(1).dtype, core::DataType::uint64);
  EXPECT_EQ(sequence.states.at(0).output, "hn");
  EXPECT_EQ(sequence.states.at(0).initial_shape, (core::Shape{2, 1, 128}));
}

TEST_F(TritonConfigFile, NamesTheLineOfWhatHasNoEffect) {
  const auto config =
      read("name: \"m\"\n\noptimization {\n  cuda { graphs: true }\n}\nmetric_tags { key: \"a\" value: \"b\" }\n");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_THAT(config->warnings, ElementsAre(HasSubstr("config.pbtxt:4: optimization.cuda has no effect"),
                                            HasSubstr("config.pbtxt:6: metric_tags has no effect")));
}

TEST_F(TritonConfigFile, RefusesWithTheLineWhatWouldChangeAnswers) {
  EXPECT_THAT(error_of("name: \"m\"\ninput [\n  { name: \"x\"\n    allow_ragged_batch: true }\n]"),
              HasSubstr("config.pbtxt:4: input.allow_ragged_batch would change answers"));
  EXPECT_THAT(error_of("ensemble_scheduling { step [ { model_name: \"a\" } ] }"), HasSubstr(":1: ensemble_scheduling"));
  EXPECT_THAT(error_of("\nmodel_transaction_policy { decoupled: true }"), HasSubstr(":2: model_transaction_policy"));
  EXPECT_THAT(error_of("\n\nbackend: \"tensorrt\""), HasSubstr(":3: \"tensorrt\" has no runtime here"));
}

TEST_F(TritonConfigFile, RefusesWithTheLineWhatIsWrong) {
  EXPECT_THAT(error_of("name: \"m\"\nmax_batchsize: 3"), HasSubstr("config.pbtxt:2: "));
  EXPECT_THAT(error_of("name: \"m\"\nmax_batchsize: 3"), HasSubstr("max_batchsize"));
  EXPECT_THAT(error_of("input [ { name: \"x\" data_type: TYPE_FP99 } ]"), HasSubstr("TYPE_FP99"));
  EXPECT_THAT(error_of("name: \"m\"\ninput [ { name: \"x\" dims: [ -2 ] } ]"),
              HasSubstr("config.pbtxt:2: input \"x\": dimension -2"));
  EXPECT_THAT(error_of("max_batch_size: -1"), HasSubstr(":1: max_batch_size: -1"));
  EXPECT_THAT(error_of("name: \"a/b\""), HasSubstr("without \"/\""));
  EXPECT_THAT(error_of("name: \"a\\nb\""), HasSubstr("name: \"a?b\": a name with"));
  EXPECT_THAT(error_of("output [ { name: \"y\" label_filename: \"none.txt\" } ]"), HasSubstr("none.txt"));
  EXPECT_THAT(error_of("default_model_filename: \"../x.onnx\""), HasSubstr("../x.onnx"));
  for (const char* name : {"../secret.txt", "/etc/hostname", "a/../../secret.txt"}) {
    const std::string file = fmt::format("\"{}\"", name);
    EXPECT_THAT(error_of("output [ { name: \"y\" label_filename: " + file + " } ]"),
                HasSubstr("in the model's folder"));
    EXPECT_THAT(
        error_of(
            "model_warmup { name: \"w\" batch_size: 1 inputs { key: \"x\" value { data_type: TYPE_FP32 dims: [ 1 ] "
            "input_data_file: " +
            file + " } } }"),
        HasSubstr("in the model's folder"));
    EXPECT_THAT(error_of("sequence_batching { state { input_name: \"h\" output_name: \"g\" initial_state { dims: [ 1 ] "
                         "data_file: " +
                         file + " } } }"),
                HasSubstr("in the model's folder"));
  }
  EXPECT_THAT(error_of("max_batch_size: 2147483647"), HasSubstr("65536 at most"));
  EXPECT_THAT(error_of("max_batch_size: 2\ndynamic_batching { priority_levels: 2 }"),
              HasSubstr(":2: dynamic_batching.default_priority_level: 0 given, 1 to 2 expected"));
  EXPECT_THAT(error_of("\ndynamic_batching { preserve_ordering: true priority_levels: 2 default_priority_level: 1 }"),
              HasSubstr(":2: dynamic_batching: preserve_ordering with 2 priorities"));
}

TEST_F(TritonConfigFile, ABatchSizeThatIsNotThereIsLeftToTheModel) {
  EXPECT_EQ(read("name: \"m\"")->spec.max_batch_size, std::nullopt);
  EXPECT_EQ(read("max_batch_size: 0")->spec.max_batch_size, 0);
  EXPECT_EQ(read("input [ { name: \"x\" dims: [ 3 ] } ]")->spec.max_batch_size, 0);
}

TEST(TritonConfigJson, IsReadAsTheFileIs) {
  const auto config = read_triton_config_json(R"({"max_batch_size": 4, "backend": "openvino"})", "");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->spec.max_batch_size, 4);
  EXPECT_EQ(config->spec.backend, "openvino");
  EXPECT_THAT(read_triton_config_json("{\"max_batch\": 4}", "").error().message(), HasSubstr("max_batch"));
  EXPECT_THAT(read_triton_config_json("{no", "").error().message(), HasSubstr("the model's config"));
  for (const char* json : {"", " ", "no", "[1]", "\"{}\""})
    EXPECT_THAT(read_triton_config_json(json, "").error().message(), HasSubstr("a JSON object expected")) << json;
}

TEST_F(TritonConfigFile, NamesTheLineOfAValueThatHasNoEffect) {
  const auto config = read(R"(instance_group [ { count: 1 }, {
  kind: KIND_GPU } ]
optimization { graph { level: -1 } }
parameters { key: "intra_op_thread_count" value: { string_value: "2" } }
parameters { key: "my_own" value: { string_value: "2" } }
)");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_THAT(config->warnings,
              ElementsAre(HasSubstr("config.pbtxt:2: instance_group.kind KIND_GPU has no effect: no backend here"),
                          HasSubstr("config.pbtxt:3: optimization.graph has no effect: it is for the backend onnx"),
                          HasSubstr("config.pbtxt:5: parameters my_own has no effect")));
  EXPECT_THAT(read("backend: \"onnxruntime\" optimization { graph { level: -1 } }")->warnings, testing::IsEmpty());
}

TEST_F(TritonConfigFile, SkipsWarmUpsWithoutABatchSize) {
  const auto config = read(R"(model_warmup { name: "a" batch_size: 2 count: 3
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 1 ] zero_data: true } } }
model_warmup { name: "b" inputs { key: "x" value { data_type: TYPE_FP32 dims: [ -1 ] zero_data: true } } }
)");
  ASSERT_TRUE(config) << config.error().message();
  ASSERT_EQ(config->spec.warm_ups.size(), 1U);
  EXPECT_EQ(config->spec.warm_ups[0].batch_size, 2);
  EXPECT_EQ(config->spec.warm_ups[0].count, 3);
  EXPECT_THAT(config->warnings, ElementsAre(HasSubstr("config.pbtxt:3: model_warmup \"b\" is skipped: batch_size 0")));
}

TEST_F(TritonConfigFile, LeavesABackendThatMayBeInstalledToTheLoad) {
  const auto config = read("max_batch_size: 4\nbackend: \"negate\"");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->spec.backend, "negate");
  EXPECT_THAT(config->spec.places.at("backend"), testing::EndsWith("config.pbtxt:2"));
}

TEST_F(TritonConfigFile, BoundsTheTimeoutsOfQueues) {
  EXPECT_THAT(
      error_of("max_batch_size: 4\ndynamic_batching { default_queue_policy {\n"
               "  default_timeout_microseconds: 9223372036854775807 } }"),
      HasSubstr("config.pbtxt:2: default_timeout_microseconds: 9223372036854775807 given, 86400000000 at most"));
  EXPECT_THAT(error_of("max_batch_size: 4\ndynamic_batching { priority_levels: 1 default_priority_level: 1\n"
                       "  priority_queue_policy { key: 1 value { default_timeout_microseconds: 86400000001 } } }"),
              HasSubstr("86400000001 given"));
}

}  // namespace
}  // namespace slipway::config
