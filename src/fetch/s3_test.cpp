#include "fetch/s3.hpp"

#include <gmock/gmock.h>

namespace slipway::fetch {
namespace {

using ::testing::HasSubstr;

TEST(S3, AddressesAreBucketAndKey) {
  EXPECT_EQ(parse_s3("s3://shop/a/b c.onnx")->bucket, "shop");
  EXPECT_EQ(parse_s3("s3://shop/a/b c.onnx")->key, "a/b c.onnx");
  EXPECT_FALSE(parse_s3("s3://shop/a")->is_prefix());
  for (const char* prefix : {"s3://shop", "s3://shop/", "s3://shop/a/"})
    EXPECT_TRUE(parse_s3(prefix)->is_prefix()) << prefix;
  for (const char* bad : {"s3://", "s3:///a", "s3://a:b@c/d", "http://x"}) EXPECT_FALSE(parse_s3(bad)) << bad;
  EXPECT_EQ(parse_s3("s3://me:secret@b/x?sig=secret").error().message().find("secret"), std::string::npos);
}

TEST(S3, AwsHasAHostForEachBucketAndOthersAPath) {
  S3Settings settings;
  settings.region = "eu-central-1";
  EXPECT_EQ(object_question(settings, {"shop", "a/b c"}).url.text(),
            "https://shop.s3.eu-central-1.amazonaws.com/a/b%20c");
  EXPECT_EQ(object_question(settings, {"my.shop", "a"}).url.text(), "https://s3.eu-central-1.amazonaws.com/my.shop/a");
  settings.region = "cn-north-1";
  EXPECT_EQ(object_question(settings, {"shop", "a"}).url.host, "shop.s3.cn-north-1.amazonaws.com.cn");
  settings.endpoint = *parse_url("http://minio:9000/store/");
  EXPECT_EQ(object_question(settings, {"shop", "a"}).url.text(), "http://minio:9000/store/shop/a");
}

TEST(S3, SignaturesStayWithTheServiceTheyWereMadeFor) {
  S3Settings settings;
  EXPECT_FALSE(object_question(settings, {"shop", "a"}).sign);
  settings.credentials = Credentials{.key_id = "key", .secret = "secret", .token = "token"};
  const auto signs = [&](const Url& url) {
    Headers headers{{"host", url.host}, {"range", "bytes=1-"}};
    object_question(settings, {"shop", "a"}).sign(url, headers);
    if (headers.contains("authorization")) {
      EXPECT_EQ(headers["x-amz-security-token"], "token");
      EXPECT_THAT(headers["authorization"],
                  HasSubstr("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"));
    }
    return headers.contains("authorization");
  };
  EXPECT_TRUE(signs(object_question(settings, {"shop", "a"}).url));
  EXPECT_TRUE(signs(*parse_url("https://shop.s3.eu-west-1.amazonaws.com/a")));
  EXPECT_FALSE(signs(*parse_url("https://example.org/a")));
  EXPECT_FALSE(signs(*parse_url("https://evilamazonaws.com/a")));
  settings.endpoint = *parse_url("https://minio:9000");
  EXPECT_TRUE(signs(*parse_url("https://minio:9000/other")));
  EXPECT_FALSE(signs(*parse_url("http://minio:9000/other")));
  EXPECT_FALSE(signs(*parse_url("https://shop.s3.eu-west-1.amazonaws.com/a")));
}

TEST(S3, PagesAreRead) {
  const auto page = parse_page(R"(<?xml version="1.0"?>
    <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
    <IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b=</NextContinuationToken>
    <Contents><Key>m/a+b%2B&amp;  c.onnx </Key><Size>12</Size></Contents><Contents><Key>m/</Key><Size>0</Size></Contents>
    </ListBucketResult>)");
  ASSERT_TRUE(page) << page.error().message();
  ASSERT_EQ(page->objects.size(), 2U);
  EXPECT_EQ(page->objects[0].key, "m/a+b%2B&  c.onnx ");
  EXPECT_EQ(page->objects[0].size, 12U);
  EXPECT_EQ(page->next, "a&b=");
  for (const char* bad :
       {"", "<html>", "<html/>", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><Contents>"})
    EXPECT_FALSE(parse_page(bad)) << bad;
  std::string deep = "<ListBucketResult>";
  for (int i = 0; i < 1'000'000; ++i) deep += "<a>";
  EXPECT_THAT(parse_page(deep).error().message(), HasSubstr("too deep"));
  // a document that names files of this machine
  const auto attack = parse_page(
      "<!DOCTYPE a [<!ENTITY x SYSTEM "
      "\"file:///etc/passwd\">]><ListBucketResult><Contents><Key>&x;</Key></Contents></ListBucketResult>");
  EXPECT_TRUE(!attack || attack->objects[0].key == "&x;");
}

}  // namespace
}  // namespace slipway::fetch
