#include "front/grpc/stream_call.hpp"

#include <utility>
#include <vector>

#include "front/grpc/infer_call.hpp"
#include "front/grpc/status.hpp"
#include "protocol/grpc_infer.hpp"

namespace slipway::front::grpc {

void OpenStreams::add(const std::shared_ptr<StreamCall>& stream) {
  bool finishing = false;
  {
    const std::lock_guard lock(mutex_);
    streams_.emplace(stream.get(), stream);
    finishing = finishing_;
  }
  if (finishing) stream->finish();
}

void OpenStreams::remove(const StreamCall& stream) {
  const std::lock_guard lock(mutex_);
  streams_.erase(&stream);
}

void OpenStreams::finish() {
  std::vector<std::shared_ptr<StreamCall>> open;  // outside of the lock: a stream that ends removes itself
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
    open.reserve(streams_.size());
    for (const auto& [key, stream] : streams_) {
      if (auto held = stream.lock()) open.push_back(std::move(held));
    }
  }
  for (const auto& stream : open) stream->finish();
}

StreamCall* StreamCall::start(const models::Registry& models, const Extensions& extensions, OpenStreams& streams,
                              const ::grpc::CallbackServerContext& context) {
  const std::shared_ptr<StreamCall> call(new StreamCall(models, extensions, streams, context));
  call->self_ = call;
  streams.add(call);
  call->go_on();
  return call.get();
}

void StreamCall::finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  go_on();
}

void StreamCall::OnReadDone(bool ok) {
  ::grpc::ByteBuffer message;
  auto slot = std::make_shared<Slot>();
  {
    // the message is taken before another thread may read the next one into its place
    const std::lock_guard lock(mutex_);
    ok = ok && !finished_;  // what comes when the stream has been ended gets no answer
    if (ok) {
      message.Swap(&request_);
      slots_.push_back(slot);
    }
    reading_ = false;
    read_all_ = !ok;
  }
  if (ok) dispatch(message, std::move(slot));
  go_on();
}

void StreamCall::dispatch(const ::grpc::ByteBuffer& message, std::shared_ptr<Slot> slot) {
  const auto encode = [](InferOutcome outcome) {
    return protocol::encode_stream_message(std::move(outcome.result), outcome.id, outcome.form);
  };
  infer({models_, extensions_, message, deadline_of(context_), cancelled_}, encode,
        [self = self_, slot = std::move(slot)](core::Result<std::vector<core::Buffer>> encoded) {
          auto parts =
              encoded ? *std::move(encoded) : protocol::encode_stream_message(std::unexpected(encoded.error()), "");
          ::grpc::ByteBuffer answer = message_of(std::move(parts));
          {
            const std::lock_guard lock(self->mutex_);
            *slot = std::move(answer);
          }
          self->go_on();
        });
}

void StreamCall::OnWriteDone(bool ok) {
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) cancelled_->store(true, std::memory_order_relaxed);
  }
  go_on();
}

void StreamCall::OnDone() {
  streams_.remove(*this);
  self_.reset();
}

void StreamCall::go_on() {
  bool write = false;
  bool read = false;
  bool finish = false;
  ::grpc::Status status;
  {
    const std::lock_guard lock(mutex_);
    if (!writing_ && !slots_.empty() && *slots_.front()) {
      writing_now_ = **std::exchange(slots_.front(), nullptr);
      slots_.pop_front();
      write = writing_ = true;
    }
    if (!reading_ && !read_all_ && !finishing_ && slots_.size() < most_at_once) read = reading_ = true;
    if ((read_all_ || finishing_) && !writing_ && slots_.empty() && !finished_) {
      finish = finished_ = true;
      if (!read_all_) status = {::grpc::StatusCode::UNAVAILABLE, "the server is ending"};
    }
  }
  if (write) StartWrite(&writing_now_);
  if (read) StartRead(&request_);
  if (finish) Finish(status);
}

}  // namespace slipway::front::grpc
