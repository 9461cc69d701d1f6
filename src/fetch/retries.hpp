#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "core/error.hpp"
#include "fetch/failure.hpp"
#include "fetch/limits.hpp"

namespace slipway::fetch {

/// Told of a failure after which it goes on, and in how long.
using OnRetry = std::function<void(const core::Error&, std::chrono::milliseconds)>;

/// How long to wait before the try that follows `failures` failures in a row.
std::chrono::milliseconds wait_before(unsigned failures, std::optional<std::chrono::seconds> asked_for);

/// Counts the failures of one thing that is tried, and waits between them. `limits` outlive this. One thread.
///
///   while (true) {
///     auto tried = once();
///     if (tried) return *std::move(tried);
///     TRY_VOID(retries.after(std::move(tried).error()));
///   }
class Retries {
 public:
  Retries(const Limits& limits, OnRetry on_retry) : limits_(limits), on_retry_(std::move(on_retry)) {}

  /// Returns when it is time to try again, or the failure where there is no use, no retry or no time for that.
  core::Result<void> after(Failure failure);
  /// Something came of the last try: failures are counted anew.
  void progressed() { failures_ = 0; }

 private:
  const Limits& limits_;
  OnRetry on_retry_;
  unsigned failures_ = 0;
};

}  // namespace slipway::fetch
