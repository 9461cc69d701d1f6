// The transports that need a model: one of the fake backend, asked in the process and over gRPC.
#include <gmock/gmock.h>
#include <grpc_service.pb.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/test_folder.hpp"
#include "front/grpc/server.hpp"
#include "front/grpc/test_extensions.hpp"
#include "measure/grpc_transport.hpp"
#include "measure/in_process_transport.hpp"
#include "measure/load_run.hpp"
#include "models/made_inputs.hpp"
#include "models/registry.hpp"
#include "models/repository.hpp"

namespace slipway::measure {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class ModelTransports : public core::FolderTest {
 protected:
  void start(const std::string& lines = "") {
    const auto file = write("m.fake", "input=x FP32 -1,2 batch,\noutput=y FP32 -1,2 batch,\n" + lines);
    config::ModelSpec spec;
    spec.instances = 1;
    spec.max_batch_size = 0;
    ASSERT_TRUE(models_.add(*models::find_models(file, spec), true));
    version_ = *models_.find("m", "");
    auto server = front::grpc::Server::start({.port = 0, .max_request_bytes = 1U << 20U, .finish_timeout = 10s},
                                             models_, extensions_.extensions());
    ASSERT_TRUE(server) << server.error().message();
    server_ = *std::move(server);
  }
  void TearDown() override {
    server_.reset();
    models_.finish();
  }

  std::unique_ptr<Transport> in_process() {
    return std::make_unique<InProcessTransport>(version_, *models::made_inputs(version_->inputs(), {}));
  }
  std::unique_ptr<Transport> over_grpc(const std::string& model = "m") {
    inference::ModelInferRequest request;
    request.set_model_name(model);
    auto& input = *request.add_inputs();
    input.set_name("x");
    input.set_datatype("FP32");
    input.add_shape(1);
    input.add_shape(2);
    request.add_raw_input_contents(std::string(8, '\0'));
    return std::make_unique<GrpcTransport>(fmt::format("127.0.0.1:{}", server_->port()),
                                           std::vector{request.SerializeAsString()});
  }

  static std::vector<Ended> answers(Lanes& lanes, std::size_t count) {
    std::vector<Ended> ended;
    const core::TimePoint limit = core::now() + 10s;
    while (ended.size() < count && core::now() < limit) lanes.wait(limit, ended);
    return ended;
  }

  runtime::BackendRegistry backends_{{SLIPWAY_TEST_BACKENDS}};
  metrics::Registry metrics_;
  models::Registry models_{backends_, metrics_};
  models::Handle version_;
  front::grpc::TestExtensions extensions_{models_, metrics_};
  std::unique_ptr<front::grpc::Server> server_;
};

TEST_F(ModelTransports, AnswerOnEveryLane) {
  start();
  for (const auto& transport : {in_process(), over_grpc()}) {
    const auto lanes = *transport->open(3);
    ASSERT_EQ(lanes->count(), 3U);
    for (int turn = 0; turn < 2; ++turn) {
      for (std::uint32_t lane = 0; lane < 3; ++lane) lanes->send(lane);
      std::vector<std::uint32_t> seen;
      for (const Ended& ended : answers(*lanes, 3)) {
        EXPECT_EQ(ended.outcome, Outcome::answered) << ended.error;
        seen.push_back(ended.lane);
      }
      EXPECT_THAT(seen, ::testing::UnorderedElementsAre(0, 1, 2));
    }
  }
}

TEST_F(ModelTransports, TellWhyARequestFailed) {
  start("fail=no luck\n");
  for (const auto& transport : {in_process(), over_grpc()}) {
    const auto lanes = *transport->open(1);
    lanes->send(0);
    const auto ended = answers(*lanes, 1);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].outcome, Outcome::failed);
    EXPECT_THAT(ended[0].error, ::testing::StartsWith("INTERNAL: "));
    EXPECT_THAT(ended[0].error, HasSubstr("no luck"));
  }
}

TEST_F(ModelTransports, MayBeLeftWithRequestsUnderWay) {
  start("delay_us=20000\n");
  for (const auto& transport : {in_process(), over_grpc()}) {
    const auto lanes = *transport->open(2);
    lanes->send(0);
    lanes->send(1);
  }
}

TEST_F(ModelTransports, GrpcKnowsThatTheServerIsGone) {
  start();
  const auto transport = over_grpc();
  const auto lanes = *transport->open(1);
  server_.reset();
  std::vector<Ended> ended;
  // the first may still find the connection that was just closed
  for (int i = 0; i < 5 && (ended.empty() || ended.back().outcome == Outcome::failed); ++i) {
    lanes->send(0);
    for (Ended& one : answers(*lanes, 1)) ended.push_back(std::move(one));
  }
  ASSERT_FALSE(ended.empty());
  EXPECT_EQ(ended.back().outcome, Outcome::gone);
  EXPECT_THAT(ended.back().error, ::testing::StartsWith("UNAVAILABLE: "));
  EXPECT_FALSE(transport->open(1));
}

TEST_F(ModelTransports, ARunEndsWithItsWindowsOrWhenTheWatchSaysSo) {
  start();
  const auto transport = in_process();
  const RunOptions options{.threads = 2, .warm_up = 1ms, .window = 2ms, .limits = {.tolerance = 0, .most = 4}};
  std::uint32_t last_window = 0;
  const auto whole = run_load(*transport, {.clients = 3}, options, [&](const Progress& progress) {
    EXPECT_GE(progress.window, last_window);
    last_window = progress.window;
    return true;
  });
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_EQ(whole->windows.size(), 4U);
  EXPECT_GT(whole->result.tally.latency.count(), 0U);
  EXPECT_FALSE(whole->interrupted);
  EXPECT_EQ(whole->errors, 0U);
  const auto cut =
      run_load(*transport, {.clients = 1}, options, [](const Progress& progress) { return progress.window < 2; });
  EXPECT_TRUE(cut->interrupted);
  EXPECT_EQ(cut->windows.size(), 2U);
}

}  // namespace
}  // namespace slipway::measure
