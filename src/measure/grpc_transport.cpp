#include "measure/grpc_transport.hpp"

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "measure/completion_box.hpp"

namespace slipway::measure {

namespace {

using namespace std::chrono_literals;

constexpr auto connect_limit = 5s;
constexpr const char* method = "/inference.GRPCInferenceService/ModelInfer";

class GrpcLanes : public Lanes {
 public:
  explicit GrpcLanes(const std::vector<::grpc::ByteBuffer>& messages) : messages_(messages) {}
  ~GrpcLanes() override {
    for (const auto& lane : lanes_) {
      if (lane->context) lane->context->TryCancel();
    }
    box_.wait_for_all();
  }
  GrpcLanes(const GrpcLanes&) = delete;
  GrpcLanes& operator=(const GrpcLanes&) = delete;

  core::Result<void> open(const std::string& address, std::uint32_t count) {
    ::grpc::ChannelArguments options;
    options.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // else all channels share one connection
    options.SetMaxReceiveMessageSize(-1);
    options.SetMaxSendMessageSize(-1);
    for (std::uint32_t i = 0; i < count; ++i) {
      lanes_.push_back(
          std::make_unique<Lane>(::grpc::CreateCustomChannel(address, ::grpc::InsecureChannelCredentials(), options)));
      lanes_.back()->channel->GetState(true);
    }
    const auto until = std::chrono::system_clock::now() + connect_limit;
    for (const auto& lane : lanes_) {
      if (wait_for_connection(*lane->channel, until)) continue;
      return core::fail(core::Code::unavailable, fmt::format("grpc://{}: no connection", address));
    }
    return {};
  }

  std::uint32_t count() const override { return static_cast<std::uint32_t>(lanes_.size()); }

  void send(std::uint32_t number) override {
    Lane& lane = *lanes_[number];
    lane.context.emplace();
    lane.answer.Clear();
    box_.begin();
    lane.stub.UnaryCall(&*lane.context, method, {}, &messages_[number % messages_.size()], &lane.answer,
                        [this, number](const ::grpc::Status& status) { ended(number, status); });
  }

  void wait(core::TimePoint until, std::vector<Ended>& ended) override { box_.wait(until, ended); }

 private:
  struct Lane {
    explicit Lane(const std::shared_ptr<::grpc::Channel>& made) : channel(made), stub(made) {}
    std::shared_ptr<::grpc::Channel> channel;  // gRPC's own way to hold one
    ::grpc::GenericStub stub;
    std::optional<::grpc::ClientContext> context;
    ::grpc::ByteBuffer answer;
  };

  static bool wait_for_connection(::grpc::Channel& channel, std::chrono::system_clock::time_point until) {
    while (true) {
      const auto state = channel.GetState(true);
      if (state == GRPC_CHANNEL_READY) return true;
      if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
      if (!channel.WaitForStateChange(state, until)) return false;
    }
  }

  /// On a thread of gRPC's.
  void ended(std::uint32_t number, const ::grpc::Status& status) {
    Ended ended{.lane = number, .at = core::now(), .error = {}};
    if (!status.ok()) {
      const auto code = static_cast<core::Code>(static_cast<int>(status.error_code()));
      ended.error = fmt::format("{}: {}", core::code_name(code), status.error_message());
      // a server may answer UNAVAILABLE; one that is not there any more leaves the channel without a connection
      const bool lost = status.error_code() == ::grpc::StatusCode::UNAVAILABLE &&
                        lanes_[number]->channel->GetState(false) == GRPC_CHANNEL_TRANSIENT_FAILURE;
      ended.outcome = lost ? Outcome::gone : Outcome::failed;
    }
    box_.end(std::move(ended));
  }

  std::vector<::grpc::ByteBuffer> messages_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  CompletionBox box_;
};

}  // namespace

GrpcTransport::GrpcTransport(std::string address, const std::vector<std::string>& messages)
    : address_(std::move(address)) {
  messages_.reserve(messages.size());
  for (const std::string& message : messages) {
    const ::grpc::Slice slice(message);
    messages_.emplace_back(&slice, 1);
  }
}

core::Result<std::unique_ptr<Lanes>> GrpcTransport::open(std::uint32_t lanes) const {
  auto opened = std::make_unique<GrpcLanes>(messages_);
  TRY_VOID(opened->open(address_, lanes));
  return opened;
}

}  // namespace slipway::measure
