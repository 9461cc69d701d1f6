#include "front/grpc/health.hpp"

#include <fmt/format.h>
#include <grpc_health/v1/health.pb.h>

#include <utility>

#include "front/grpc/messages.hpp"

namespace slipway::front::grpc {

namespace {

using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

bool is_known(const std::string& service) { return service.empty() || service == "inference.GRPCInferenceService"; }

std::vector<core::Buffer> message_of(HealthCheckResponse::ServingStatus status) {
  HealthCheckResponse response;
  response.set_status(status);
  return bytes_of(response);
}

HealthCheckResponse::ServingStatus status_of(bool serving) {
  return serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

}  // namespace

/// One who watches a service.
class Health::Watch : public Handler, public std::enable_shared_from_this<Watch> {
 public:
  Watch(Health& health, std::shared_ptr<Call> call) : health_(health), call_(std::move(call)) {}

  void on_message(core::Buffer message) override {
    const auto request = parsed<HealthCheckRequest>(message);
    if (!request) return call_->finish(std::unexpected(request.error()));
    if (std::exchange(began_, true)) return call_->finish(core::invalid("a Watch has one message"));
    if (!is_known(request->service())) return call_->send(message_of(HealthCheckResponse::SERVICE_UNKNOWN));
    health_.begin(shared_from_this());
  }
  void on_half_close() override {  // it watches on
    if (!began_) call_->finish(core::invalid("a Watch has one message, and none came"));
  }
  void on_end() override { call_->finish(core::fail(core::Code::unavailable, "the server is ending")); }
  void tell(bool serving) { call_->send(message_of(status_of(serving))); }

 private:
  Health& health_;
  const std::shared_ptr<Call> call_;
  bool began_ = false;
};

void Health::add_to(Methods& methods) {
  methods["/grpc.health.v1.Health/Check"] = unary([this](const std::shared_ptr<Call>& call, core::Buffer message) {
    const auto request = parsed<HealthCheckRequest>(message);
    if (!request) return call->finish(std::unexpected(request.error()));
    if (!is_known(request->service()))
      return call->finish(
          core::fail(core::Code::not_found, fmt::format("service \"{}\" is not known", request->service())));
    const std::scoped_lock lock(mutex_);
    call->reply(message_of(status_of(serving_)));
  });
  methods["/grpc.health.v1.Health/Watch"] = [this](const std::shared_ptr<Call>& call) {
    return std::make_shared<Watch>(*this, call);
  };
}

void Health::begin(const std::shared_ptr<Watch>& watch) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(watches_, [](const auto& other) { return other.expired(); });
  watches_.push_back(watch);
  watch->tell(serving_);
}

void Health::set(bool serving) {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(serving_, serving) == serving) return;
  for (const auto& watch : watches_) {
    if (const auto told = watch.lock()) told->tell(serving);
  }
}

}  // namespace slipway::front::grpc
