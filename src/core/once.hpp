#pragma once

#include <new>
#include <optional>
#include <utility>

#include "core/error.hpp"

namespace slipway::core {

/// A completion that is called once, with a Result<Value>: where it is dropped without that, as one is that there was
/// no memory to run, with an error (internal), so that no client waits for nothing and those behind it in an order go
/// on.
template <class Value, class Done>
class Once {
 public:
  explicit Once(Done done) : done_(std::move(done)) {}
  Once(Once&& other) noexcept : done_(std::move(other.done_)) { other.done_.reset(); }
  Once& operator=(Once&&) = delete;
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;
  ~Once() {
    if (!done_) return;
    try {
      (*this)(dropped());
    } catch (...) {  // NOLINT(bugprone-empty-catch): nobody is left to be told
    }
  }

  /// Does nothing the second time.
  void operator()(Result<Value> result) {
    if (!done_) return;
    Done done = std::move(*done_);
    done_.reset();
    done(std::move(result));
  }

 private:
  static std::unexpected<Error> dropped() {
    try {
      return fail(Code::internal, "the request was dropped without an answer");
    } catch (const std::bad_alloc&) {
      return fail(Code::internal, "no memory");  // too short to need any
    }
  }

  std::optional<Done> done_;
};

template <class Value, class Done>
Once<Value, Done> once(Done done) {
  return Once<Value, Done>(std::move(done));
}

}  // namespace slipway::core
