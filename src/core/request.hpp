#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/buffer.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"

namespace slipway::core {

/// A request parameter as the Open Inference Protocol has them. An integer is unsigned where it is too large for the
/// signed one, and only there.
using Parameter = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;
using Parameters = std::vector<std::pair<std::string, Parameter>>;

/// Whose requests belong together, and where in their row one stands (the sequence extension).
using SequenceId = std::variant<std::uint64_t, std::string>;
struct SequencePlace {
  SequenceId id;
  bool start = false;  ///< the first: what the model kept of the sequence is forgotten
  bool end = false;    ///< the last
};

/// One inference on its way in. `inputs` are views into `storage` (the received body, decoded JSON numbers), which
/// travels with them; Buffers keep their address when moved. Moved between threads, never shared.
struct Request {
  std::string model;
  std::string version;  ///< "" asks for the default
  std::string id;       ///< the client's, echoed
  Parameters parameters;
  std::vector<TensorView> inputs;    ///< in any order until `models` puts them into the model's
  std::vector<std::string> outputs;  ///< names wanted; empty asks for all, in the model's order
  std::vector<Buffer> storage;
  std::optional<SequencePlace> sequence;  ///< for models that have sequences, set by `admission`
  TimePoint received = now();
  TimePoint deadline = no_deadline;
  /// Set by the front when the client has gone: what has not run by then is dropped. Shared by the connection and the
  /// queue; null when nobody watches.
  std::shared_ptr<const std::atomic<bool>> cancelled;
};

/// How long the stages of one request took.
struct Timing {
  Duration queue{};     ///< from admission to being taken by an instance
  Duration assemble{};  ///< gathering the batch (its input side)
  Duration compute{};   ///< in the runtime, for the whole batch
  Duration scatter{};   ///< splitting the batch's outputs
  std::int64_t batch_rows = 0;
  TimePoint taken{};  ///< when an instance took it, or the response cache
};

/// The answer to one inference.
struct Response {
  std::string model;
  std::string version;  ///< the one that ran
  std::string id;
  std::vector<Tensor> outputs;  ///< in the order asked for
  Timing timing;
};

/// Called exactly once, from an instance's thread or from the caller's own; must not block.
using Completion = std::move_only_function<void(Result<Response>)>;

}  // namespace slipway::core
