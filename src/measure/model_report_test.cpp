#include "measure/model_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx.pb.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace slipway::measure {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

onnx::ValueInfoProto value(const std::string& name) {
  onnx::ValueInfoProto info;
  info.set_name(name);
  auto* tensor = info.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(onnx::TensorProto::FLOAT);
  tensor->mutable_shape()->add_dim()->set_dim_param("batch");
  tensor->mutable_shape()->add_dim()->set_dim_value(4);
  return info;
}

onnx::ModelProto small_model() {
  onnx::ModelProto model;
  model.set_ir_version(9);
  model.set_producer_name("maker");
  model.set_producer_version("2.0");
  auto* opset = model.add_opset_import();
  opset->set_version(17);
  auto* graph = model.mutable_graph();
  *graph->add_input() = value("x");
  *graph->add_input() = value("weights");
  *graph->add_output() = value("y");
  auto* weights = graph->add_initializer();
  weights->set_name("weights");
  weights->set_data_type(onnx::TensorProto::FLOAT);
  weights->add_dims(4);
  weights->add_dims(4);
  weights->mutable_raw_data()->assign(64, '\0');
  graph->add_node()->set_op_type("MatMul");
  auto* branch = graph->add_node();
  branch->set_op_type("If");
  branch->add_attribute()->mutable_g()->add_node()->set_op_type("Relu");
  auto* scaler = graph->add_node();
  scaler->set_op_type("Scaler");
  scaler->set_domain("ai.onnx.ml");
  auto* entry = model.add_metadata_props();
  entry->set_key("author");
  entry->set_value("somebody");
  return model;
}

class ModelReportTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("slipway_report_" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  std::string failure(const fs::path& path) const {
    const auto report = read_model_report(path);
    return report ? "" : report.error().message();
  }

  fs::path folder_;
};

TEST_F(ModelReportTest, SaysWhatTheFileDeclares) {
  const auto report = read_model_report(write("small.onnx", small_model().SerializeAsString()));
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->format, "onnx");
  EXPECT_EQ(report->ir_version, 9);
  EXPECT_THAT(report->opsets, ElementsAre(Pair("ai.onnx", 17)));
  EXPECT_EQ(report->producer, "maker 2.0");
  ASSERT_EQ(report->inputs.size(), 1u) << "a weight that is listed as an input is none";
  EXPECT_EQ(report->inputs[0].describe(), "FP32 [batch,4]");
  EXPECT_EQ(report->outputs[0].name, "y");
  EXPECT_THAT(report->operators,
              ElementsAre(Pair("If", 1), Pair("MatMul", 1), Pair("Relu", 1), Pair("ai.onnx.ml.Scaler", 1)));
  EXPECT_EQ(report->parameters, 16u);
  EXPECT_EQ(report->weight_bytes, 64u);
  EXPECT_THAT(report->metadata, ElementsAre(Pair("author", "somebody")));
}

TEST_F(ModelReportTest, CountsExternalAndPackedWeights) {
  auto model = small_model();
  auto* outside = model.mutable_graph()->add_initializer();
  outside->set_data_type(onnx::TensorProto::FLOAT16);
  outside->add_dims(1000);
  outside->set_data_location(onnx::TensorProto::EXTERNAL);
  auto* location = outside->add_external_data();
  location->set_key("location");
  location->set_value("small.bin");
  auto* packed = model.mutable_graph()->add_initializer();
  packed->set_data_type(onnx::TensorProto::INT4);
  packed->add_dims(9);
  const auto report = read_model_report(write("small.onnx", model.SerializeAsString()));
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->parameters, 16u + 1000 + 9);
  EXPECT_EQ(report->weight_bytes, 64u + 2000 + 5);
  EXPECT_THAT(report->external_files, ElementsAre("small.bin"));
}

TEST_F(ModelReportTest, RefusesWhatIsNoModel) {
  EXPECT_THAT(failure(folder_ / "none.onnx"), HasSubstr("no such file"));
  EXPECT_THAT(failure(write("empty.onnx", "")), HasSubstr("is empty"));
  EXPECT_NE(failure(write("text.onnx", "this is no model at all")), "");
  const std::string whole = small_model().SerializeAsString();
  EXPECT_NE(failure(write("cut.onnx", whole.substr(0, whole.size() / 2))), "");
  onnx::ModelProto hollow;
  hollow.set_ir_version(9);
  EXPECT_THAT(failure(write("hollow.onnx", hollow.SerializeAsString())), HasSubstr("graph"));
}

TEST_F(ModelReportTest, SurvivesImpossibleDimensions) {
  auto model = small_model();
  model.mutable_graph()->mutable_initializer(0)->set_dims(0, -7);
  const auto report = read_model_report(write("small.onnx", model.SerializeAsString()));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->parameters, 0u);
}

}  // namespace
}  // namespace slipway::measure
