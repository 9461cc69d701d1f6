#include "front/grpc/call.hpp"

namespace slipway::front::grpc {

namespace {

class UnaryHandler : public Handler {
 public:
  UnaryHandler(std::shared_ptr<Call> call, const AnswerOne& answer) : call_(std::move(call)), answer_(answer) {}

  void on_message(core::Buffer message) override {
    if (message_) return call_->finish(core::invalid("the call has more than one message, and takes one"));
    message_ = std::move(message);
  }
  bool wants_all_at_once() const override { return true; }  // one that is not sent to its end is not even inflated
  void on_half_close() override {
    if (!message_) return call_->finish(core::invalid("the call has no message, and takes one"));
    answer_(call_, *std::exchange(message_, std::nullopt));
  }

 private:
  const std::shared_ptr<Call> call_;
  const AnswerOne& answer_;  // that of the method, which outlives its calls
  std::optional<core::Buffer> message_;
};

}  // namespace

Open unary(AnswerOne answer) {
  return [answer = std::make_shared<const AnswerOne>(std::move(answer))](const std::shared_ptr<Call>& call) {
    return std::make_shared<UnaryHandler>(call, *answer);
  };
}

}  // namespace slipway::front::grpc
