#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/buffer.hpp"
#include "front/extensions.hpp"
#include "front/grpc/call.hpp"
#include "models/registry.hpp"

namespace slipway::front::grpc {

/// One ModelStreamInfer: requests are run side by side, up to a bound, and answered in the order they came. An error
/// is an answer of its own, and the stream goes on, unless its client has asked that it be the stream's status. Each
/// request in flight holds it.
class StreamCall : public Handler, public std::enable_shared_from_this<StreamCall> {
 public:
  StreamCall(const models::Registry& models, const Extensions& extensions, std::shared_ptr<Call> call)
      : models_(models), extensions_(extensions), call_(std::move(call)) {}

  void on_message(core::Buffer message) override;
  void on_half_close() override;
  /// Answers what was read, reads no more and ends the stream with UNAVAILABLE: a client may keep one open for ever.
  void on_end() override;
  bool is_full() override;

 private:
  /// An answer that is not there yet, or waits for those before it; an error ends the stream.
  using Slot = std::optional<core::Result<std::vector<core::Buffer>>>;

  void answered(Slot& slot, core::Result<std::vector<core::Buffer>> encoded);
  /// Does what has become possible: sends the next answers, ends the stream.
  void go_on();

  static constexpr std::size_t most_at_once = 64;

  const models::Registry& models_;
  const Extensions& extensions_;
  const std::shared_ptr<Call> call_;

  std::mutex mutex_;
  std::deque<std::shared_ptr<Slot>> slots_;  ///< in the order of the requests
  bool sending_ = false;                     ///< a thread is, which goes on with what comes meanwhile
  bool held_up_ = false;                     ///< messages wait until there is room
  bool read_all_ = false;
  bool ending_ = false;  ///< the server is
  bool finished_ = false;
};

}  // namespace slipway::front::grpc
