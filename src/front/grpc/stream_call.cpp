#include "front/grpc/stream_call.hpp"

#include <utility>

#include "front/grpc/infer_call.hpp"
#include "protocol/grpc_infer.hpp"

namespace slipway::front::grpc {

void StreamCall::on_message(core::Buffer message) {
  const auto slot = std::make_shared<Slot>();
  {
    const std::scoped_lock lock(mutex_);
    if (finished_) return;  // what comes when the stream has been ended gets no answer
    slots_.push_back(slot);
  }
  const auto encode = [call = call_](InferOutcome& outcome) {
    if (!outcome.result && call->ends_by_first_error()) return std::vector<core::Buffer>();
    if (!outcome.result) outcome.result = std::unexpected(call->reason(std::move(outcome.result).error()));
    return protocol::encode_stream_message(std::move(outcome.result), outcome.request, outcome.form);
  };
  infer({models_, extensions_, message, call_}, encode,
        [self = shared_from_this(), slot](core::Result<std::vector<core::Buffer>> encoded) {
          self->answered(*slot, std::move(encoded));
        });
}

void StreamCall::answered(Slot& slot, core::Result<std::vector<core::Buffer>> encoded) {
  if (!encoded && !call_->ends_by_first_error())
    encoded = protocol::encode_stream_message(std::unexpected(encoded.error()), {});
  {
    const std::scoped_lock lock(mutex_);
    slot = std::move(encoded);
  }
  go_on();
}

void StreamCall::on_half_close() {
  {
    const std::scoped_lock lock(mutex_);
    read_all_ = true;
  }
  go_on();
}

void StreamCall::on_end() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  go_on();
}

bool StreamCall::is_full() {
  const std::scoped_lock lock(mutex_);
  held_up_ = ending_ || slots_.size() >= most_at_once;
  return held_up_;
}

void StreamCall::go_on() {
  std::unique_lock lock(mutex_);
  if (std::exchange(sending_, true)) return;
  while (!slots_.empty() && *slots_.front()) {
    core::Result<std::vector<core::Buffer>> answer = *std::move(*slots_.front());
    slots_.pop_front();
    if (!answer) {
      finished_ = true;
      slots_.clear();
      lock.unlock();
      call_->cancel();  // nobody waits for those behind it
      return call_->finish(std::unexpected(std::move(answer).error()));
    }
    lock.unlock();
    call_->send(*std::move(answer));
    lock.lock();
  }
  sending_ = false;
  const bool has_room = held_up_ && !ending_ && slots_.size() < most_at_once;
  if (has_room) held_up_ = false;
  const bool finish = (read_all_ || ending_) && slots_.empty() && !finished_;
  if (finish) finished_ = true;
  const bool read_all = read_all_;
  lock.unlock();
  if (has_room) call_->go_on();
  if (!finish) return;
  call_->finish(read_all ? core::Result<void>() : core::fail(core::Code::unavailable, "the server is ending"));
}

}  // namespace slipway::front::grpc
