#include "presentation/message.hpp"

#include <gmock/gmock.h>

namespace crm {
namespace {

TEST(Message, ReadsPathAndQuery) {
  Request request;
  ASSERT_TRUE(read_target("/api/a%20b?q=s%C3%A3o+jos%C3%A9&empty=&flag&&page=2&page=3", request));
  EXPECT_EQ(request.path, "/api/a b");
  EXPECT_EQ(request.parameter("q"), "são josé");
  EXPECT_EQ(request.parameter("page"), "3");
  EXPECT_EQ(request.query.size(), 4U);
}

TEST(Message, RefusesWhatItCannotRead) {
  for (const auto* target :
       {"", "x", "/%", "/%2", "/%zz", "/%00", "/?a=%", "http://x/", "/%ff", "/?q=%C3", "/?%ed%a0%80=x"}) {
    Request request;
    EXPECT_FALSE(read_target(target, request)) << target;
  }
}

TEST(Message, KnowsACallFromAnotherSite) {
  EXPECT_FALSE(from_another_site("", "", "crm.example")) << "a program, not a browser";
  EXPECT_FALSE(from_another_site("same-origin", "https://crm.example", "behind:8080")) << "whatever a proxy calls us";
  EXPECT_FALSE(from_another_site("none", "", "crm.example"));
  EXPECT_TRUE(from_another_site("cross-site", "https://evil.example", "crm.example"));
  EXPECT_TRUE(from_another_site("same-site", "https://other.crm.example", "crm.example"));
  EXPECT_FALSE(from_another_site("", "http://crm.example:8080", "crm.example:8080"));
  EXPECT_TRUE(from_another_site("", "http://evil.example", "crm.example"));
  EXPECT_TRUE(from_another_site("", "null", "crm.example"));
}

TEST(Message, FindsTheCookieOfTheSession) {
  EXPECT_EQ(Request{.cookie = "a=b; crm_session=x1; c=d"}.session_cookie(), "x1");
  EXPECT_EQ(Request{.cookie = "my_crm_session=x1"}.session_cookie(), "");
  EXPECT_EQ(Request{.cookie = "; ;=;crm_session"}.session_cookie(), "");
}

}  // namespace
}  // namespace crm
