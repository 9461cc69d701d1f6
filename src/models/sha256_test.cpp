#include "models/sha256.hpp"

#include <gtest/gtest.h>

#include "core/test_folder.hpp"

namespace slipway::models {
namespace {

using Sha256OfAFile = core::FolderTest;

std::string hex_of(const std::filesystem::path& file) {
  const auto hash = sha256_of(file);
  return hash ? hex(*hash) : "";
}

TEST_F(Sha256OfAFile, IsThatOfItsContents) {
  // FIPS 180-2, appendix B
  EXPECT_EQ(hex_of(write("abc", "abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(write("million", std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(hex_of(write("none", "")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(Sha256OfAFile, IsNothingWhereItCannotBeRead) {
  EXPECT_FALSE(sha256_of(folder() / "none"));
  EXPECT_FALSE(sha256_of(folder()));
}

}  // namespace
}  // namespace slipway::models
