#include "config/app_spec.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::config {
namespace {

using ::testing::HasSubstr;

class AppYaml : public core::FolderTest {
 protected:
  std::string sentence(const std::string& text) const {
    const auto app = load_app_yaml(write("app.yaml", text));
    return app ? "no error" : app.error().message();
  }
};

TEST_F(AppYaml, ReadsServerAndModelsRelativeToItsFile) {
  const auto app = load_app_yaml(write("app.yaml",
                                       "server:\n"
                                       "  host: 0.0.0.0\n"
                                       "  http_port: 9000\n"
                                       "  metrics_port: none\n"
                                       "  grpc_port: 0\n"
                                       "  http_threads: 3\n"
                                       "  max_request_bytes: 1000\n"
                                       "  max_header_bytes: 2000\n"
                                       "  read_timeout_ms: 1\n"
                                       "  idle_timeout_ms: 2\n"
                                       "  write_timeout_ms: 3\n"
                                       "  cors_origin: '*'\n"
                                       "  trace_dir: traces\n"
                                       "models:\n"
                                       "  - path: a.onnx\n"
                                       "    threads: 2\n"
                                       "  - {path: ../b, name: c}\n"));
  ASSERT_TRUE(app) << app.error().message();
  EXPECT_EQ(app->server.host, "0.0.0.0");
  EXPECT_EQ(app->server.http_port, 9000);
  EXPECT_FALSE(app->server.metrics_port);
  EXPECT_EQ(app->server.grpc_port, 0);
  EXPECT_EQ(app->server.http_threads, 3U);
  EXPECT_EQ(app->server.max_request_bytes, 1000U);
  EXPECT_EQ(app->server.max_header_bytes, 2000U);
  EXPECT_EQ(app->server.read_timeout, std::chrono::milliseconds(1));
  EXPECT_EQ(app->server.idle_timeout, std::chrono::milliseconds(2));
  EXPECT_EQ(app->server.write_timeout, std::chrono::milliseconds(3));
  EXPECT_EQ(app->server.cors_origin, "*");
  EXPECT_EQ(app->server.trace_dir, folder() / "traces");
  ASSERT_EQ(app->models.size(), 2U);
  EXPECT_EQ(app->models[0].path, folder() / "a.onnx");
  EXPECT_EQ(app->models[0].spec.threads, 2U);
  EXPECT_EQ(app->models[1].path, folder().parent_path() / "b");
  EXPECT_EQ(app->models[1].spec.name, "c");
}

TEST_F(AppYaml, SharedMemoryIsForTheLoopbackUnlessSomebodySaysOtherwise) {
  const auto allowed = [this](const std::string& server) {
    const auto app = load_app_yaml(write("app.yaml", "server: {" + server + "}\n"));
    EXPECT_TRUE(app) << app.error().message();
    return app && app->server.allows_shared_memory();
  };
  EXPECT_TRUE(allowed("http_port: 9000"));
  for (const char* host : {"127.0.0.2", "'::1'", "localhost"})
    EXPECT_TRUE(allowed(fmt::format("host: {}", host))) << host;
  for (const char* host : {"0.0.0.0", "'::'", "10.0.0.1", "127.example.org"})
    EXPECT_FALSE(allowed(fmt::format("host: {}", host))) << host;
  EXPECT_TRUE(allowed("host: 0.0.0.0, shared_memory: true"));
  EXPECT_FALSE(allowed("shared_memory: false"));
}

TEST_F(AppYaml, DefaultsHoldWhereNothingIsSaid) {
  const auto app = load_app_yaml(write("app.yaml", "server: {metrics_port: 9}\n"));
  ASSERT_TRUE(app) << app.error().message();
  EXPECT_EQ(app->server.host, "127.0.0.1");
  EXPECT_EQ(app->server.http_port, 8000);
  EXPECT_EQ(app->server.metrics_port, 9);
  EXPECT_EQ(app->server.grpc_port, 8001);
  EXPECT_TRUE(app->models.empty());
}

TEST(Origin, IsASchemeAndAHost) {
  for (const char* origin : {"*", "https://example.org", "http://localhost:3000", "http://[::1]", "http://[::1]:80",
                             "chrome-extension://abc"})
    EXPECT_TRUE(is_origin(origin)) << origin;
  for (const char* other : {"", "foo", "example.org", "https://", "://a", "https://a/", "https://a/b", "https://a:",
                            "https://a:b", "https://a b", "https://a, https://b", "https://*", "null", "https://a\nb"})
    EXPECT_FALSE(is_origin(other)) << other;
}

TEST_F(AppYaml, SaysFileAndLineOfWhatIsWrong) {
  EXPECT_THAT(sentence("server: {cors_origin: foo}\n"), HasSubstr("an origin expected, as https://example.org"));
  EXPECT_THAT(sentence("models:\n  - name: x\n"), HasSubstr("app.yaml:2: path: is missing"));
  EXPECT_THAT(sentence("models: a.onnx\n"), HasSubstr("app.yaml:1: models: a list of entries"));
  EXPECT_THAT(sentence("models: [a.onnx]\n"),
              HasSubstr("app.yaml:1: models: \"a.onnx\" given, keys with values expected"));
  EXPECT_THAT(
      sentence("models:\n  - path: x\n    tread: 2\n"),
      HasSubstr("app.yaml:3: models: unknown key \"tread\", perhaps \"threads\" is meant; there are: path, name"));
  EXPECT_THAT(sentence("servers: {}\n"),
              HasSubstr("unknown key \"servers\", perhaps \"server\" is meant; there are: server, models"));
  EXPECT_THAT(sentence("server: {http_port: 70000}\n"), HasSubstr("an integer from 0 to 65535 expected"));
  EXPECT_THAT(sentence("server: {metrics_port: never}\n"), HasSubstr("0 to 65535, or none, expected"));
  EXPECT_THAT(sentence("server: {host: ''}\n"), HasSubstr("an address to listen on"));
  EXPECT_THAT(sentence("server: {http_port: 010}\n"), HasSubstr("\"010\" given, an integer without a zero before it"));
  EXPECT_THAT(sentence("server: {}\n---\nmodels: []\n"), HasSubstr("app.yaml:3: 2 documents given, one expected"));
  EXPECT_EQ(sentence("---\nmodels: []\n---\n"), sentence("models: []\n"));
  EXPECT_THAT(sentence(""), HasSubstr("app: nothing given"));
}

}  // namespace
}  // namespace slipway::config
