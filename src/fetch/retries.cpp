#include "fetch/retries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace slipway::fetch {

std::chrono::milliseconds wait_before(unsigned failures, std::optional<std::chrono::seconds> asked_for) {
  constexpr std::chrono::milliseconds first{250};
  constexpr std::chrono::milliseconds longest{30'000};
  constexpr unsigned doublings_max = 10;
  const auto growing = std::min(first * (1U << std::min(failures - 1, doublings_max)), longest);
  return asked_for ? std::max<std::chrono::milliseconds>(*asked_for, growing) : growing;
}

core::Result<void> Retries::after(Failure failure) {
  if (!failure.again || failures_ >= limits_.retries) return std::unexpected(std::move(failure.error));
  const auto pause = wait_before(++failures_, failure.after);
  if (limits_.end - std::chrono::steady_clock::now() <= pause)
    return core::fail(core::Code::unavailable,
                      fmt::format("{} (no time is left to try again)", failure.error.message()));
  on_retry_(failure.error, pause);
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, limits_.stop, pause, [] { return false; });
  if (limits_.stop.stop_requested()) return core::fail(core::Code::unavailable, "interrupted");
  return {};
}

}  // namespace slipway::fetch
