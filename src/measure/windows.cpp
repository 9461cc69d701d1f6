#include "measure/windows.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace slipway::measure {

namespace {

/// Whether each of `value(window)` lies within `tolerance` of their mean.
template <class Value>
bool agree(std::span<const Window> windows, double tolerance, Value value) {
  double sum = 0;
  for (const Window& window : windows) sum += value(window);
  const double mean = sum / static_cast<double>(windows.size());
  return std::ranges::all_of(windows,
                             [&](const Window& window) { return std::abs(value(window) - mean) <= tolerance * mean; });
}

}  // namespace

bool Windows::stable() const {
  if (all_.size() < agreeing) return false;
  const std::span last = std::span(all_).last(agreeing);
  if (std::ranges::any_of(last, [](const Window& window) { return window.tally.latency.count() == 0; })) return false;
  return agree(last, limits_.tolerance, [](const Window& window) { return window.throughput(); }) &&
         agree(last, limits_.tolerance,
               [](const Window& window) { return core::seconds(window.tally.latency.percentile(99)); });
}

std::span<const Window> Windows::judged() const {
  const std::uint64_t wanted = stable() ? 0 : few;
  std::size_t count = 0;
  std::uint64_t ended = 0;
  while (count < all_.size() && (count < agreeing || ended < wanted))
    ended += all_[all_.size() - ++count].tally.ended();
  return std::span(all_).last(count);
}

Window Windows::result() const {
  Window merged;
  for (const Window& window : judged()) merged.merge(window);
  return merged;
}

}  // namespace slipway::measure
