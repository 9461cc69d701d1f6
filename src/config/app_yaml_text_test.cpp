#include "config/app_yaml_text.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::config {
namespace {

using ::testing::HasSubstr;

class AppYamlText : public core::FolderTest {};

/// What is written must be read as what it was written of: so its text is the same when it is written again.
TEST_F(AppYamlText, IsReadAsWhatItWasWrittenOf) {
  const auto app = load_app_yaml(write("app.yaml", R"(server:
  host: "::1"
  http_port: 9000
  metrics_port: none
  grpc_port: 0
  http_threads: 3
  max_request_bytes: 1000
  read_timeout_ms: 1
  drain_delay_ms: 5000
  drain_timeout_ms: 7
  watch: true
  model_control: false
  server_name: "yes"
  cors_origin: "*"
  trace_dir: traces
models:
  - path: a.onnx
    name: "a: \"quoted\" #1"
    description: "two\nlines"
    backend: openvino
    device: cpu
    instances: 2
    threads: 3
    max_batch_size: 8
    max_delay_us: 100
    queue_limit: 5
    timeout_ms: 30
    backend_options: {precision: f32, number: "007"}
    version_labels: {stable: 2}
    preferred_batch_sizes: [4, 2]
    preserve_ordering: false
    priorities:
      levels: 3
      default: 2
      policies:
        default: {default_timeout_us: 10, allow_timeout_override: true}
        3: {timeout_action: delay, max_queue_size: 4}
    response_cache: true
    sequence: {max_idle_ms: 20, max_sequences: 3, states: [{input: s, output: t}]}
    transforms:
      input: {bytes: {input: x, head: 3, tail: 2, block: 10, strip: true, pad: 256}}
      output: {labels: {output: y, softmax: true, top_k: 2, labels: ["no", "1", "a, b", ""]}}
  - path: repository
)"));
  ASSERT_TRUE(app) << app.error().message();
  const std::string text = app_yaml(*app);
  const auto again = load_app_yaml(write("again.yaml", text));
  ASSERT_TRUE(again) << again.error().message() << "\n" << text;
  EXPECT_EQ(app_yaml(*again), text);
  EXPECT_EQ(again->server.drain_delay, std::chrono::seconds(5));
  EXPECT_TRUE(again->server.watch);
  EXPECT_EQ(again->server.trace_dir, folder() / "traces");
  ASSERT_EQ(again->models.size(), 2U);
  const ModelSpec& spec = again->models[0].spec;
  EXPECT_EQ(spec.name, "a: \"quoted\" #1");
  EXPECT_EQ(spec.description, "two\nlines");
  EXPECT_EQ(spec.max_batch_size, 8);
  EXPECT_EQ(spec.backend_options, app->models[0].spec.backend_options);
  EXPECT_EQ(spec.version_labels, app->models[0].spec.version_labels);
  EXPECT_EQ(spec.batching->preferred_sizes, (std::vector<std::int64_t>{2, 4}));
  EXPECT_EQ(spec.priorities->policies.at(3).max_queue_size, 4U);
  EXPECT_TRUE(spec.priorities->default_policy->allow_timeout_override);
  EXPECT_EQ(spec.sequence->states.at(0).output, "t");
  EXPECT_EQ(spec.bytes_input->pad, 256);
  EXPECT_EQ(spec.labels_output->labels, (std::vector<std::string>{"no", "1", "a, b", ""}));
}

TEST_F(AppYamlText, HasEveryKeyOfAServerInALine) {
  ServerSpec server;
  server.cors_origin = "*";
  server.trace_dir = folder() / "traces";
  const std::string line = server_line(server);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  for (const std::string_view key : server_keys) EXPECT_THAT(line, HasSubstr(std::string(key) + ": "));
}

}  // namespace
}  // namespace slipway::config
