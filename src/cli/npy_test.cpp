#include "cli/npy.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>

namespace slipway::cli {
namespace {

core::Buffer npy(std::string_view descr, std::string_view order, std::string_view shape, std::size_t data_bytes) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}", descr, order, shape);
  header.resize(118, ' ');
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size());
  file += '\0';
  file += header;
  file.append(data_bytes, '\1');
  return core::Buffer::copy_of(file);
}

TEST(Npy, ReadsTypeShapeAndBytes) {
  const auto tensor = parse_npy(npy("<f4", "False", "(2, 3)", 24), "x");
  ASSERT_TRUE(tensor) << tensor.error().message();
  EXPECT_EQ(tensor->name, "x");
  EXPECT_EQ(tensor->dtype, core::DataType::fp32);
  EXPECT_EQ(core::to_string(tensor->shape), "[2,3]");
  EXPECT_EQ(tensor->data.size(), 24U);

  EXPECT_EQ(parse_npy(npy("<i8", "False", "(1,)", 8), "x")->dtype, core::DataType::int64);
  EXPECT_TRUE(parse_npy(npy("|b1", "False", "()", 1), "x")->shape.empty());
}

TEST(Npy, SaysWhatItDoesNotTake) {
  const auto sentence = [](const core::Buffer& file) { return parse_npy(file, "x").error().message(); };
  EXPECT_NE(sentence(npy("<f4", "False", "(2, 3)", 20)).find("20 bytes given"), std::string::npos);
  EXPECT_NE(sentence(npy("<f4", "True", "(2, 3)", 24)).find("fortran_order"), std::string::npos);
  EXPECT_NE(sentence(npy(">f4", "False", "(1,)", 4)).find("big-endian"), std::string::npos);
  EXPECT_NE(sentence(npy("<c8", "False", "(1,)", 8)).find("c8"), std::string::npos);
  EXPECT_NE(sentence(npy("|O", "False", "(1,)", 8)).find("type |O is not taken"), std::string::npos);
  EXPECT_NE(sentence(npy("", "False", "(1,)", 8)).find("no type"), std::string::npos);
  EXPECT_NE(sentence(npy("<f4", "False", "(99999999999999999999,)", 4)).find("too large"), std::string::npos);
  EXPECT_NE(sentence(npy("<f4", "False", "(-1, 3)", 12)).find("something else than sizes"), std::string::npos);
  EXPECT_NE(sentence(core::Buffer::copy_of(std::string_view("PK"))).find("does not begin"), std::string::npos);
  const std::string_view cut("\x93NUMPY\x01\x00\xff\xff", 10);
  EXPECT_NE(sentence(core::Buffer::copy_of(cut)).find("cut short"), std::string::npos);
}

}  // namespace
}  // namespace slipway::cli
