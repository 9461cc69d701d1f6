#include "fetch/sigv4.hpp"

#include <gmock/gmock.h>

namespace slipway::fetch {
namespace {

using ::testing::EndsWith;

// The examples of "Authenticating Requests: Using the Authorization Header" in Amazon S3's documentation.
const Credentials example{
    .key_id = "AKIAIOSFODNN7EXAMPLE", .secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", .token = ""};

ToSign request(std::string_view target) {
  return {.target = target,
          .headers = {{"host", "examplebucket.s3.amazonaws.com"},
                      {"x-amz-content-sha256", std::string(empty_sha256)},
                      {"x-amz-date", "20130524T000000Z"}},
          .region = "us-east-1"};
}

TEST(SigV4, AnObjectAsInTheDocumentation) {
  ToSign get = request("/test.txt");
  get.headers["range"] = "bytes=0-9";
  EXPECT_EQ(authorization(example, get),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SigV4, APartOfABucketThatHasNoValueAsInTheDocumentation) {
  EXPECT_THAT(authorization(example, request("/?lifecycle")),
              EndsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
}

TEST(SigV4, AListAsInTheDocumentation) {
  const std::string_view signature = "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
  EXPECT_THAT(authorization(example, request("/?max-keys=2&prefix=J")), EndsWith(signature));
  EXPECT_THAT(authorization(example, request("/?prefix=J&max-keys=2")), EndsWith(signature));
}

}  // namespace
}  // namespace slipway::fetch
