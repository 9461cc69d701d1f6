#include "config/triton_json.hpp"

#include <gtest/gtest.h>
#include <model_config.pb.h>

namespace slipway::config {
namespace {

std::string text_of(const google::protobuf::Message& message, Unset unset) {
  return boost::json::serialize(json_of(message, unset));
}

TEST(TritonJson, HasDefaultsWhereTheyAreAskedFor) {
  inference::ModelDynamicBatching batching;
  EXPECT_EQ(text_of(batching, Unset::left_out), "{}");
  EXPECT_EQ(text_of(batching, Unset::default_value),
            R"({"preferred_batch_size":[],"max_queue_delay_microseconds":0,"preserve_ordering":false,)"
            R"("priority_levels":0,"default_priority_level":0,"priority_queue_policy":{}})")
      << "a message that is not there has none";
  (*batching.mutable_priority_queue_policy())[2].set_max_queue_size(3);
  EXPECT_EQ(text_of(batching, Unset::left_out), R"({"priority_queue_policy":{"2":{"max_queue_size":3}}})");
  const auto whole = json_of(batching, Unset::default_value);
  EXPECT_EQ(boost::json::serialize(whole.at("priority_queue_policy")),
            R"({"2":{"timeout_action":"REJECT","default_timeout_microseconds":0,"allow_timeout_override":false,)"
            R"("max_queue_size":3}})");
}

TEST(TritonJson, AChoiceThatIsNotMadeHasNoDefault) {
  inference::ModelVersionPolicy policy;
  EXPECT_EQ(text_of(policy, Unset::default_value), "{}");
  policy.mutable_all();
  EXPECT_EQ(text_of(policy, Unset::left_out), R"({"all":{}})");
  inference::ModelWarmup::Input input;
  input.set_zero_data(false);
  EXPECT_EQ(text_of(input, Unset::default_value), R"({"data_type":"TYPE_INVALID","dims":[],"zero_data":false})");
}

TEST(TritonJson, NumbersOf64BitsAreNumbers) {
  inference::ModelTensorReshape reshape;
  reshape.add_shape(-1);
  reshape.add_shape(std::int64_t{1} << 60);
  EXPECT_EQ(text_of(reshape, Unset::left_out), R"({"shape":[-1,1152921504606846976]})");
}

}  // namespace
}  // namespace slipway::config
