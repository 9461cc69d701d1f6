#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "front/extensions.hpp"
#include "models/registry.hpp"

namespace slipway::front::grpc {

class StreamCall;

/// The streams that are open on a server. Any thread.
class OpenStreams {
 public:
  void add(const std::shared_ptr<StreamCall>& stream);
  void remove(const StreamCall& stream);
  /// Lets each stream, and each that is added later, answer what it has read and end: a client may keep one open for
  /// ever without a request on it.
  void finish();

 private:
  std::mutex mutex_;
  std::map<const StreamCall*, std::weak_ptr<StreamCall>> streams_;
  bool finishing_ = false;
};

/// One ModelStreamInfer: requests are run side by side, up to a bound, and answered in the order they came. An error
/// is an answer of its own; the stream goes on. Lives until gRPC is done with it and every request was answered.
class StreamCall : public ::grpc::ServerBidiReactor<::grpc::ByteBuffer, ::grpc::ByteBuffer> {
 public:
  static StreamCall* start(const models::Registry& models, const Extensions& extensions, OpenStreams& streams,
                           const ::grpc::CallbackServerContext& context);
  /// Answers what was read, reads no more and ends the stream with UNAVAILABLE.
  void finish();

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override { cancelled_->store(true, std::memory_order_relaxed); }
  void OnDone() override;

 private:
  /// An answer that is not there yet, or waits for those before it.
  using Slot = std::optional<::grpc::ByteBuffer>;

  StreamCall(const models::Registry& models, const Extensions& extensions, OpenStreams& streams,
             const ::grpc::CallbackServerContext& context)
      : models_(models), extensions_(extensions), streams_(streams), context_(context) {}
  /// Infers `message`; its answer goes to `slot`.
  void dispatch(const ::grpc::ByteBuffer& message, std::shared_ptr<Slot> slot);
  /// Does what has become possible: writes the next answer, reads the next request, ends the stream.
  void go_on();

  static constexpr std::size_t most_at_once = 64;

  const models::Registry& models_;
  const Extensions& extensions_;
  OpenStreams& streams_;
  const ::grpc::CallbackServerContext& context_;
  std::shared_ptr<StreamCall> self_;  ///< let go of in OnDone; each request in flight holds another
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  ::grpc::ByteBuffer request_;

  std::mutex mutex_;
  std::deque<std::shared_ptr<Slot>> slots_;  ///< in the order of the requests
  ::grpc::ByteBuffer writing_now_;
  bool writing_ = false;
  bool reading_ = false;
  bool read_all_ = false;
  bool finishing_ = false;  ///< the server is ending
  bool finished_ = false;
};

}  // namespace slipway::front::grpc
