#include "front/http/router.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slipway::front::http {
namespace {

HttpResponse ask(const Router& router, Method method, std::string path) {
  HttpRequest request;
  request.method = method;
  request.path = std::move(path);
  HttpResponse answer;
  router.handle(std::move(request), [&answer](HttpResponse response) { answer = std::move(response); });
  return answer;
}

std::string body_of(const HttpResponse& response) { return std::string(response.body.at(0).text()); }

Router make_router() {
  Router router;
  router.add(Method::get, "/models/{model}/stats", [](const HttpRequest& request, Responder respond) {
    respond(HttpResponse::json("stats of " + request.path_values.at(0)));
  });
  router.add(Method::get, "/models/{model}", [](const HttpRequest& request, Responder respond) {
    respond(HttpResponse::json("model " + request.path_values.at(0)));
  });
  router.add(Method::get, "/models/all",
             [](const HttpRequest&, Responder respond) { respond(HttpResponse::json("all")); });
  router.add(Method::post, "/models/{model}:predict", [](const HttpRequest& request, Responder respond) {
    respond(HttpResponse::json("predict " + request.path_values.at(0)));
  });
  router.add(Method::post, "/models/{model}/infer",
             [](const HttpRequest&, Responder respond) { respond(HttpResponse::json("x")); });
  return router;
}

TEST(Router, FindsValuesLiteralsFirstAndIgnoresATrailingSlash) {
  const Router router = make_router();
  EXPECT_EQ(body_of(ask(router, Method::get, "/models/a/stats")), "stats of a");
  EXPECT_EQ(body_of(ask(router, Method::get, "/models/b/")), "model b");
  EXPECT_EQ(body_of(ask(router, Method::get, "/models/all")), "all");
  EXPECT_EQ(body_of(ask(router, Method::post, "/models/a:b:predict")), "predict a:b");
  EXPECT_EQ(ask(router, Method::post, "/models/:predict").status, 405);
  EXPECT_EQ(body_of(ask(router, Method::head, "/models/b")), "model b");
}

TEST(Router, SaysWhatIsNotThereAndWhatIsAllowed) {
  const Router router = make_router();
  EXPECT_EQ(ask(router, Method::get, "/nothing").status, 404U);
  EXPECT_EQ(ask(router, Method::get, "/models//stats").status, 404U);
  const HttpResponse wrong = ask(router, Method::get, "/models/a/infer");
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(wrong.headers.at(0), (std::pair<std::string_view, std::string>{"Allow", "POST, OPTIONS"}));
  const HttpResponse options = ask(router, Method::options, "/models/a");
  EXPECT_EQ(options.status, 204U);
  EXPECT_EQ(options.headers.at(0).second, "GET, HEAD, OPTIONS");
}

}  // namespace
}  // namespace slipway::front::http
