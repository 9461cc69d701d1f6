#include "business/secrets.hpp"

#include <gmock/gmock.h>

namespace crm {
namespace {

TEST(Secrets, APasswordIsVerifiedAgainstItsHashAlone) {
  const auto hash = hash_password("correct horse");
  EXPECT_THAT(hash, testing::StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(verify_password(hash, "correct horse"));
  EXPECT_FALSE(verify_password(hash, "correct horses"));
  EXPECT_FALSE(verify_password("no hash", "x"));
  EXPECT_NE(hash, hash_password("correct horse")) << "each has a salt of its own";
}

TEST(Secrets, ATokenIsNeverTheSame) {
  EXPECT_EQ(random_token().size(), 64U);
  EXPECT_NE(random_token(), random_token());
}

TEST(Secrets, Sha256IsThatOfTheStandard) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Secrets, ComparesWhole) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "ab"));
}

}  // namespace
}  // namespace crm
