#include "cli/bench_shared_memory.hpp"

#include <gmock/gmock.h>

namespace slipway::cli {
namespace {

measure::SlotLayout layout() {
  std::vector<core::Tensor> inputs(1);
  inputs[0] = {.name = "x", .shape = {1, 2}, .data = core::Buffer(8)};
  return measure::lay_out(inputs, {{.name = "y", .size_bytes = 40}});
}

TEST(BenchSharedMemory, NamesThePlacesOfItsSlotInJson) {
  EXPECT_EQ(v2_shared_question(layout(), "r", 2),
            R"({"inputs":[{"name":"x","parameters":{"shared_memory_region":"r","shared_memory_offset":256,)"
            R"("shared_memory_byte_size":8},"datatype":"FP32","shape":[1,2]}],)"
            R"("outputs":[{"name":"y","parameters":{"shared_memory_region":"r","shared_memory_offset":320,)"
            R"("shared_memory_byte_size":40}}]})");
}

TEST(BenchSharedMemory, NamesThePlacesOfItsSlotInAMessage) {
  inference::ModelInferRequest request;
  ASSERT_TRUE(request.ParseFromString(grpc_shared_question({.model = "m", .version = "7"}, layout(), "r", 1)));
  EXPECT_EQ(request.model_name(), "m");
  EXPECT_EQ(request.model_version(), "7");
  ASSERT_EQ(request.inputs_size(), 1);
  EXPECT_EQ(request.inputs(0).datatype(), "FP32");
  EXPECT_THAT(request.inputs(0).shape(), ::testing::ElementsAre(1, 2));
  EXPECT_EQ(request.raw_input_contents_size(), 0);
  ASSERT_EQ(request.outputs_size(), 1);
  const auto& place = request.outputs(0).parameters();
  EXPECT_EQ(place.at("shared_memory_region").string_param(), "r");
  EXPECT_EQ(place.at("shared_memory_offset").int64_param(), 192);
  EXPECT_EQ(place.at("shared_memory_byte_size").int64_param(), 40);
}

}  // namespace
}  // namespace slipway::cli
