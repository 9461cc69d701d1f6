#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/buffer.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "front/ending.hpp"

namespace slipway::front::grpc {

/// A message that a call sends, of parts that follow one another, and how it ends, behind that.
struct Answer {
  std::optional<std::vector<core::Buffer>> message;
  std::optional<core::Result<void>> status;
};

/// One call of a client: where its answers go. Any thread. What is sent when the call has ended is dropped.
class Call {
 public:
  /// `wake` has the connection's thread take() the answers; it is called when there are some again.
  Call(core::TimePoint deadline, std::function<void()> wake) : deadline_(deadline), wake_(std::move(wake)) {}

  /// The client wants a stream's first error as its status. Before the call's handler is made.
  void end_by_first_error() { ends_by_first_error_ = true; }
  bool ends_by_first_error() const { return ends_by_first_error_; }

  core::TimePoint deadline() const { return deadline_; }  ///< that the client set, on our clock
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  /// Cancels it for the server's sake: its client is there, and is told that it may ask again.
  void give_up() {
    given_up_.store(true);
    cancel();
  }
  /// For core::Request: set when the client has gone, or the server gives the call up.
  static std::shared_ptr<const std::atomic<bool>> flag(const std::shared_ptr<Call>& call) {
    return {call, &call->cancelled_};
  }

  /// Why one of its requests failed, for its client: not for a cancellation of which that knows nothing.
  core::Error reason(core::Error error) const {
    return given_up_ && error.code() == core::Code::cancelled ? not_run_at_the_end() : std::move(error);
  }

  /// Sends a message; the call goes on.
  void send(std::vector<core::Buffer> message) { put({.message = std::move(message), .status = std::nullopt}); }
  /// Sends a message and ends the call.
  void reply(std::vector<core::Buffer> message) {
    put({.message = std::move(message), .status = core::Result<void>()});
  }
  /// Ends the call. The codes of core::Error are gRPC's.
  void finish(core::Result<void> status) {
    if (!status) status = std::unexpected(reason(std::move(status).error()));
    put({.message = std::nullopt, .status = std::move(status)});
  }
  /// Has the messages handed on that came while the handler was full.
  void go_on() { put({}); }

  /// What was sent since, in its order. On the connection's thread.
  std::vector<Answer> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(answers_, {});
  }

 private:
  void put(Answer answer) {
    {
      const std::scoped_lock lock(mutex_);
      answers_.push_back(std::move(answer));
      if (answers_.size() > 1) return;  // they will be taken together
    }
    wake_();
  }

  const core::TimePoint deadline_;
  const std::function<void()> wake_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<bool> given_up_ = false;
  bool ends_by_first_error_ = false;
  std::mutex mutex_;
  std::vector<Answer> answers_;
};

/// What is done with the messages of a call. Called on its connection's thread; what it throws ends the call.
class Handler {
 public:
  Handler() = default;
  virtual ~Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

  virtual void on_message(core::Buffer message) = 0;
  virtual void on_half_close() = 0;  ///< the client sends no more
  /// The server is ending: a call that a client may keep open for ever is to end by itself.
  virtual void on_end() {}
  /// Whether messages shall wait until Call::go_on: the client is held up by its flow control meanwhile.
  virtual bool is_full() { return false; }
  /// Whether messages shall wait until the client has said that it sends no more.
  virtual bool wants_all_at_once() const { return false; }
};

/// Begins a call.
using Open = std::function<std::shared_ptr<Handler>(const std::shared_ptr<Call>&)>;
/// What is served, by path ("/inference.GRPCInferenceService/ModelInfer").
using Methods = std::unordered_map<std::string, Open>;

/// What answers a call of one message.
using AnswerOne = std::function<void(const std::shared_ptr<Call>&, core::Buffer message)>;
/// A method whose calls have one message.
Open unary(AnswerOne answer);

}  // namespace slipway::front::grpc
