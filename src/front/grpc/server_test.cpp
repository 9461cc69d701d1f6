// Calls of a real gRPC client on the loopback, over the fake backend.
#include "front/grpc/server.hpp"

#include <gmock/gmock.h>
#include <grpc_service.grpc.pb.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "core/test_folder.hpp"
#include "front/grpc/health.hpp"
#include "front/grpc/service.hpp"
#include "front/grpc/stream_call.hpp"
#include "front/grpc/test_extensions.hpp"
#include "models/registry.hpp"
#include "models/repository.hpp"

namespace slipway::front::grpc {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class GrpcServer : public core::FolderTest {
 protected:
  /// Serves a model "m" that gives x FP32 [-1,2] back as y and does as `lines` say.
  void start(const std::string& lines = "", std::chrono::milliseconds finish_timeout = 10s) {
    const auto file = write("m.fake", "input=x FP32 -1,2 batch,\noutput=y FP32 -1,2 batch,\n" + lines);
    config::ModelSpec spec;
    spec.instances = 1;
    spec.max_batch_size = 0;
    ASSERT_TRUE(models_.add(*models::find_models(file, spec), true));
    auto server = Server::start({.port = 0, .max_request_bytes = 1U << 20U, .finish_timeout = finish_timeout}, models_,
                                extensions_.extensions());
    ASSERT_TRUE(server) << server.error().message();
    server_ = *std::move(server);
    stub_ = inference::GRPCInferenceService::NewStub(
        ::grpc::CreateChannel(fmt::format("127.0.0.1:{}", server_->port()), ::grpc::InsecureChannelCredentials()));
  }
  void TearDown() override {
    server_.reset();
    models_.finish();
  }

  static inference::ModelInferRequest request(float value, const std::string& model = "m") {
    inference::ModelInferRequest made;
    made.set_model_name(model);
    made.set_id(std::to_string(static_cast<int>(value)));
    auto& input = *made.add_inputs();
    input.set_name("x");
    input.set_datatype("FP32");
    input.add_shape(1);
    input.add_shape(2);
    const std::vector<float> values(2, value);
    made.add_raw_input_contents(values.data(), values.size() * sizeof(float));
    return made;
  }
  static float first(const inference::ModelInferResponse& response) {
    float value = 0;
    std::memcpy(&value, response.raw_output_contents(0).data(), sizeof value);
    return value;
  }
  ::grpc::Status infer(const inference::ModelInferRequest& asked, inference::ModelInferResponse& answer) const {
    ::grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 20s);
    return stub_->ModelInfer(&context, asked, &answer);
  }

  runtime::BackendRegistry backends_{{SLIPWAY_TEST_BACKENDS}};
  metrics::Registry metrics_;
  models::Registry models_{backends_, metrics_};
  TestExtensions extensions_{models_, metrics_};
  std::unique_ptr<Server> server_;
  std::unique_ptr<inference::GRPCInferenceService::Stub> stub_;
};

TEST_F(GrpcServer, AnswersManyClientsEachWithItsOwn) {
  start();
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < 4; ++c) {
      clients.emplace_back([&, c] {
        for (int i = 0; i < 50; ++i) {
          inference::ModelInferResponse answer;
          const auto value = static_cast<float>(c * 100 + i);
          if (infer(request(value), answer).ok() && first(answer) == value && answer.id() == request(value).id())
            ++right;
        }
      });
    }
  }
  EXPECT_EQ(right, 200);
}

TEST_F(GrpcServer, AnErrorIsTheCallsStatus) {
  start("fail_every=2\nfail=no luck\n");
  inference::ModelInferResponse answer;
  EXPECT_EQ(infer(request(1, "nothing"), answer).error_code(), ::grpc::StatusCode::NOT_FOUND);
  int failed = 0;
  for (int i = 0; i < 4; ++i) {
    const auto status = infer(request(1), answer);
    if (status.ok()) continue;
    ++failed;
    EXPECT_EQ(status.error_code(), ::grpc::StatusCode::INTERNAL);
    EXPECT_THAT(status.error_message(), HasSubstr("no luck"));
  }
  EXPECT_EQ(failed, 2);
}

TEST_F(GrpcServer, AStreamKeepsTheOrderAndOutlivesErrors) {
  start();
  ::grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + 20s);
  auto stream = stub_->ModelStreamInfer(&context);
  std::jthread writer([&] {
    for (int i = 0; i < 300; ++i) stream->Write(request(static_cast<float>(i), i % 100 == 7 ? "nothing" : "m"));
    stream->WritesDone();
  });
  inference::ModelStreamInferResponse answer;
  int next = 0;
  for (; stream->Read(&answer); ++next) {
    EXPECT_EQ(answer.infer_response().id(), std::to_string(next));
    EXPECT_EQ(answer.error_message().empty(), next % 100 != 7);
  }
  EXPECT_EQ(next, 300);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(GrpcServer, AStreamThatIsCancelledEndsWithItsRequestsInFlight) {
  start("delay_us=20000\n");
  ::grpc::ClientContext context;
  auto stream = stub_->ModelStreamInfer(&context);
  for (int i = 0; i < 20; ++i) stream->Write(request(static_cast<float>(i)));
  inference::ModelStreamInferResponse answer;
  ASSERT_TRUE(stream->Read(&answer));
  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), ::grpc::StatusCode::CANCELLED);
  server_.reset();
  EXPECT_LT(models_.all().front()->probe().statistics().execution_count, 20U) << "the rest was dropped";
}

TEST_F(GrpcServer, AnIdleStreamDoesNotKeepTheEndWaiting) {
  start("", 1h);
  ::grpc::ClientContext context;
  auto stream = stub_->ModelStreamInfer(&context);
  stream->Write(request(1));
  inference::ModelStreamInferResponse answer;
  ASSERT_TRUE(stream->Read(&answer));
  server_.reset();  // it is this that would take an hour
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_EQ(stream->Finish().error_code(), ::grpc::StatusCode::UNAVAILABLE);
}

TEST_F(GrpcServer, WhatAStreamHasReadIsAnsweredBeforeTheEnd) {
  start("delay_us=50000\n", 1h);
  ::grpc::ClientContext context;
  auto stream = stub_->ModelStreamInfer(&context);
  for (int i = 0; i < 3; ++i) stream->Write(request(static_cast<float>(i)));
  while (models_.all().front()->probe().statistics().execution_count == 0) std::this_thread::yield();
  const std::jthread ending([&] { server_.reset(); });
  inference::ModelStreamInferResponse answer;
  int answered = 0;
  while (stream->Read(&answer)) EXPECT_EQ(answer.infer_response().id(), std::to_string(answered++));
  EXPECT_GE(answered, 1);
  EXPECT_EQ(stream->Finish().error_code(), ::grpc::StatusCode::UNAVAILABLE);
}

TEST_F(GrpcServer, AStreamThatIsEndedReadsNoMore) {
  start("delay_us=50000\n");
  const auto call = std::make_shared<Call>(core::no_deadline, [] {});
  const auto extensions = extensions_.extensions();
  const auto stream = std::make_shared<StreamCall>(models_, extensions, call);
  stream->on_message(core::Buffer::copy_of(request(1).SerializeAsString()));
  EXPECT_FALSE(stream->is_full());
  stream->on_end();
  EXPECT_TRUE(stream->is_full()) << "or a client that goes on asking would keep it open";
  std::vector<Answer> answers;
  while (answers.size() < 2) std::ranges::move(call->take(), std::back_inserter(answers));
  EXPECT_TRUE(answers[0].message);
  EXPECT_EQ(answers[1].status->error().code(), core::Code::unavailable);
}

TEST_F(GrpcServer, AStreamIsToldThatTheServerGaveItsRequestsUp) {
  start("delay_us=50000\n");
  const auto call = std::make_shared<Call>(core::no_deadline, [] {});
  const auto extensions = extensions_.extensions();
  const auto stream = std::make_shared<StreamCall>(models_, extensions, call);
  for (const float value : {1.F, 2.F}) stream->on_message(core::Buffer::copy_of(request(value).SerializeAsString()));
  call->give_up();  // the second waits for the first
  std::vector<Answer> answers;
  while (answers.size() < 2) std::ranges::move(call->take(), std::back_inserter(answers));
  inference::ModelStreamInferResponse given_up;
  std::string bytes;
  for (const core::Buffer& part : *answers[1].message) bytes += part.text();
  ASSERT_TRUE(given_up.ParseFromString(bytes));
  EXPECT_THAT(given_up.error_message(), HasSubstr("send it again"));
}

TEST_F(GrpcServer, AStreamThatEndsByItsFirstErrorDropsWhatIsBehindIt) {
  start("delay_us=50000\n");
  const auto call = std::make_shared<Call>(core::no_deadline, [] {});
  call->end_by_first_error();
  const auto extensions = extensions_.extensions();
  const auto stream = std::make_shared<StreamCall>(models_, extensions, call);
  stream->on_message(core::Buffer::copy_of(request(1).SerializeAsString()));
  stream->on_message(core::Buffer::copy_of(request(2, "nothing").SerializeAsString()));
  constexpr int behind = 20;
  for (int i = 0; i < behind; ++i) stream->on_message(core::Buffer::copy_of(request(3).SerializeAsString()));
  std::vector<Answer> answers;
  while (answers.size() < 2) std::ranges::move(call->take(), std::back_inserter(answers));
  EXPECT_TRUE(answers[0].message) << "what came before it is answered";
  EXPECT_EQ(answers[1].status->error().code(), core::Code::not_found);
  EXPECT_TRUE(call->cancelled());
  server_.reset();
  models_.finish();
  EXPECT_LT(models_.all().front()->probe().statistics().execution_count, 1U + behind) << "the rest was dropped";
}

TEST_F(GrpcServer, CountsTheInferencesThatItRefuses) {
  start();
  Service service(models_, extensions_.extensions());
  Methods methods;
  service.add_to(methods);
  service.finish();
  const auto call = std::make_shared<Call>(core::no_deadline, [] {});
  const auto handler = methods.at("/inference.GRPCInferenceService/ModelInfer")(call);
  handler->on_message(core::Buffer::copy_of(request(1).SerializeAsString()));
  handler->on_half_close();
  const auto answers = call->take();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].status->error().code(), core::Code::unavailable);
  EXPECT_EQ(service.refused(), 1U);
}

/// A call of Watch that nothing was sent in yet.
struct Watched {
  Watched() {
    Methods methods;
    health.add_to(methods);
    watch = methods.at("/grpc.health.v1.Health/Watch")(call);
  }
  Health health;
  std::shared_ptr<Call> call = std::make_shared<Call>(core::no_deadline, [] {});
  std::shared_ptr<Handler> watch;
};

TEST_F(GrpcServer, AWatchIsToldThoughItsClientDoesNotEndItsSide) {
  const Watched watched;
  EXPECT_FALSE(watched.watch->wants_all_at_once());
  watched.watch->on_message(core::Buffer(0));
  EXPECT_EQ(watched.call->take().size(), 1U);
}

TEST_F(GrpcServer, AWatchWithoutAMessageIsEnded) {
  const Watched watched;
  watched.watch->on_half_close();
  const auto answers = watched.call->take();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].status->error().code(), core::Code::invalid_argument);
}

TEST_F(GrpcServer, EndsWithCallsInFlight) {
  start("delay_us=100000\n", 50ms);
  std::vector<std::jthread> clients;
  std::atomic<int> ended = 0;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      inference::ModelInferResponse answer;
      const auto status = infer(request(1), answer);
      if (status.ok() || status.error_code() == ::grpc::StatusCode::CANCELLED ||
          status.error_code() == ::grpc::StatusCode::UNAVAILABLE)
        ++ended;
    });
  }
  while (models_.all().front()->probe().statistics().execution_count == 0) std::this_thread::yield();
  server_.reset();
  clients.clear();
  EXPECT_EQ(ended, 3);
}

}  // namespace
}  // namespace slipway::front::grpc
