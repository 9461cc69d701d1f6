#include "fetch/url.hpp"

#include <gmock/gmock.h>

namespace slipway::fetch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Url url(std::string_view text) {
  const auto parsed = parse_url(text);
  EXPECT_TRUE(parsed) << parsed.error().message();
  return parsed.value_or(Url{});
}

std::string refused(std::string_view text) {
  const auto parsed = parse_url(text);
  return parsed ? "" : parsed.error().message();
}

TEST(Url, ComesInParts) {
  const Url got = url("https://example.org:8443/a%20b/c.onnx?sig=x#part");
  EXPECT_TRUE(got.tls);
  EXPECT_EQ(got.host, "example.org");
  EXPECT_EQ(got.port, 8443);
  EXPECT_EQ(got.target, "/a%20b/c.onnx?sig=x");
  EXPECT_EQ(got.host_header(), "example.org:8443");
  EXPECT_EQ(got.text(), "https://example.org:8443/a%20b/c.onnx");
  EXPECT_EQ(url("http://[::1]/x").host, "::1");
  EXPECT_EQ(url("http://[::1]/x").host_header(), "[::1]");
  EXPECT_EQ(url("HTTPS://example.org").port, 443);
  EXPECT_EQ(url("http://example.org?x").target, "/?x");
}

TEST(Url, SaysWhatIsWrong) {
  EXPECT_THAT(refused("ftp://example.org/x"), HasSubstr("http://, https:// or s3://"));
  EXPECT_THAT(refused("http:///x"), HasSubstr("host"));
  EXPECT_THAT(refused("http://me:secret@example.org/x"), HasSubstr("password"));
  EXPECT_THAT(refused("http://example.org:0/x"), HasSubstr("port \"0\""));
  EXPECT_THAT(refused("http://example.org:99999/x"), HasSubstr("99999"));
  EXPECT_THAT(refused("http://example.org/a b"), HasSubstr("percent-encoded"));
  EXPECT_THAT(refused("model.onnx"), HasSubstr("is no address"));
}

TEST(Url, SaysNoSecrets) {
  EXPECT_EQ(without_secrets("https://me:secret@h/a?sig=secret#secret"), "https://h/a");
  EXPECT_EQ(without_secrets("https://me:sec/ret@h/a"), "https://h/a");
  EXPECT_EQ(without_secrets("me:secret@h/a b"), "h/a b");
  EXPECT_EQ(without_secrets("https://h/a#secret"), "https://h/a");
  EXPECT_EQ(without_secrets("https://me:sec?ret@h/a"), "https://…");
  EXPECT_EQ(without_secrets("https://h/a?to=http://x@secret"), "https://…");
  EXPECT_EQ(without_secrets("h/a?to=http://secret"), "h/a");
  EXPECT_EQ(without_secrets("http://h/a\nb"), "http://h/a?b");
  for (const char* bad : {"ftp://me:secret@h/x?sig=secret", "http:///x?secret", "http://me:secret@h/x?sig=secret",
                          "http://h:0/x?sig=secret", "http://me:secret@h/a b?sig=secret", "x?sig=secret"})
    EXPECT_THAT(refused(bad), AllOf(Not(""), Not(HasSubstr("secret")))) << bad;
  const Url from = url("https://h/a?sig=secret");
  for (const char* bad :
       {"https://me:secret@h/a b?sig=secret", "https://me:secret@h/", "file:///x?secret", "http://h/a?sig=secret"})
    EXPECT_THAT(redirected(from, bad).error().message(), Not(HasSubstr("secret"))) << bad;
}

TEST(Url, IsRedirectedAsAReferenceOfItself) {
  const Url from = url("https://example.org:8443/a/b?c");
  EXPECT_EQ(redirected(from, "../d?e")->target, "/d?e");
  EXPECT_EQ(redirected(from, "/d")->port, 8443);
  EXPECT_EQ(redirected(from, "//other/d")->host, "other");
  EXPECT_EQ(redirected(url("http://example.org"), "https://other/d")->port, 443);
  EXPECT_THAT(redirected(from, "http://example.org/d").error().message(), HasSubstr("not encrypted"));
  EXPECT_FALSE(redirected(from, "file:///etc/passwd"));
  EXPECT_FALSE(redirected(from, "a b"));
}

TEST(Url, NamesItsFile) {
  EXPECT_EQ(*file_name(url("http://example.org/a/my%20model.onnx?x=/y")), "my model.onnx");
  for (const char* bad : {"http://h/", "http://h", "http://h/a/..", "http://h/a/%2e%2e", "http://h/a/..%2fb",
                          "http://h/a/x%00", "http://h/a/x%0ay"})
    EXPECT_FALSE(file_name(url(bad))) << bad;
}

TEST(Url, IsEncodedAndDecoded) {
  EXPECT_EQ(encoded("a b/ü+~", true), "a%20b/%C3%BC%2B~");
  EXPECT_EQ(encoded("a/b", false), "a%2Fb");
  EXPECT_EQ(decoded("a%20b+c%2"), "a b+c%2");
}

}  // namespace
}  // namespace slipway::fetch
