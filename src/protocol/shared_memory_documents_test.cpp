#include "protocol/shared_memory_documents.hpp"

#include <gmock/gmock.h>

namespace slipway::protocol {
namespace {

using ::testing::HasSubstr;

std::string region_sentence(std::string_view body) {
  const auto region = decode_region("r", body);
  return region ? "no error" : region.error().message();
}

TEST(SharedMemoryDocuments, ReadWhatTheClientRegisters) {
  const auto region = decode_region("r", R"({"key":"/k","offset":8,"byte_size":18446744073709551615})");
  ASSERT_TRUE(region) << region.error().message();
  EXPECT_EQ(region->name, "r");
  EXPECT_EQ(region->key, "/k");
  EXPECT_EQ(region->offset_bytes, 8U);
  EXPECT_EQ(region->size_bytes, 18446744073709551615U);
  EXPECT_EQ(decode_region("r", R"({"key":"/k","byte_size":1})")->offset_bytes, 0U);
}

TEST(SharedMemoryDocuments, SayWhatIsMissing) {
  EXPECT_THAT(region_sentence(""), HasSubstr("region \"r\": the body is no JSON object"));
  EXPECT_THAT(region_sentence("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(region_sentence(std::string(20000, ' ')), HasSubstr("too long"));
  EXPECT_THAT(region_sentence(R"({"byte_size":1})"), HasSubstr("\"key\""));
  EXPECT_THAT(region_sentence(R"({"key":7,"byte_size":1})"), HasSubstr("\"key\""));
  EXPECT_THAT(region_sentence(R"({"key":"/k"})"), HasSubstr("\"byte_size\" is missing"));
  EXPECT_THAT(region_sentence(R"({"key":"/k","byte_size":-1})"), HasSubstr("\"byte_size\""));
  EXPECT_THAT(region_sentence(R"({"key":"/k","byte_size":1,"offset":"8"})"), HasSubstr("\"offset\""));
}

TEST(SharedMemoryDocuments, ListRegions) {
  EXPECT_EQ(encode_regions({}), "[]");
  EXPECT_EQ(encode_regions({{.name = "r", .key = "/k", .offset_bytes = 8, .size_bytes = 64}}),
            R"([{"name":"r","key":"/k","offset":8,"byte_size":64}])");
}

}  // namespace
}  // namespace slipway::protocol
