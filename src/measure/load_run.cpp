#include "measure/load_run.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace slipway::measure {

namespace {

using namespace std::chrono_literals;

constexpr auto longest_turn = 20ms;    // how soon a thread sees that it should stop
constexpr auto between_looks = 100ms;  // how often the watch is asked
constexpr auto drain_limit = 2s;

/// One thread that makes load.
struct Worker {
  std::unique_ptr<Lanes> lanes;
  Recorder recorder;
  Unfinished unfinished;  // and `gone`: read when the thread has ended
  std::string gone;
  std::atomic<bool> ended = false;
};

void make_load(Worker& worker, DueRequests* due, const std::atomic<bool>& stop) {
  // waits end when they should, not up to the usual 50 µs later
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  Loader loader(*worker.lanes, due, worker.recorder);
  while (!stop.load(std::memory_order_relaxed) && !loader.gone()) loader.turn(core::now() + longest_turn);
  worker.unfinished = loader.unfinished();
  worker.gone = loader.gone().value_or("");
  worker.ended.store(true);
  if (worker.gone.empty()) loader.drain(core::now() + drain_limit);
  worker.lanes.reset();
}

/// The workers and their threads, which end with it.
class Crew {
 public:
  static core::Result<std::unique_ptr<Crew>> start(const Transport& transport, const Load& load,
                                                   std::uint32_t threads) {
    auto crew = std::make_unique<Crew>();
    for (std::uint32_t i = 0; i < threads; ++i) {
      auto worker = std::make_unique<Worker>();
      TRY(worker->lanes, transport.open(load.clients / threads + (i < load.clients % threads ? 1 : 0)));
      crew->workers_.push_back(std::move(worker));
    }
    if (load.loop != Loop::closed) crew->due_.emplace(load, core::now());
    crew->threads_.reserve(threads);
    for (const auto& worker : crew->workers_) {
      crew->threads_.emplace_back(make_load, std::ref(*worker), crew->due_ ? &*crew->due_ : nullptr,
                                  std::cref(crew->stop_));
    }
    return crew;
  }
  Crew() = default;
  ~Crew() { stop(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  void stop() {
    stop_.store(true);
    stopped_at_ = core::now();
    threads_.clear();  // joins
  }
  bool any_ended() const {
    return std::ranges::any_of(workers_, [](const auto& worker) { return worker->ended.load(); });
  }
  Tally take() {
    Tally all;
    for (const auto& worker : workers_) all.merge(worker->recorder.take());
    return all;
  }
  /// After `stop`.
  void describe_end(Point& point) const {
    for (const auto& worker : workers_) {
      point.unfinished.merge(worker->unfinished);
      if (point.gone.empty()) point.gone = worker->gone;
    }
    if (due_) point.unfinished.merge(due_->untaken(stopped_at_));
  }

 private:
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<DueRequests> due_;  // of an open loop
  core::TimePoint stopped_at_{};
  std::atomic<bool> stop_ = false;
  std::vector<std::jthread> threads_;
};

/// Waits until `end`, and asks the watch meanwhile. False when the run should end: the watch said so, or a worker
/// ended.
bool wait_until(core::TimePoint end, core::Duration length, Progress progress, const Crew& crew, const Watch& watch) {
  while (true) {
    const core::TimePoint now = core::now();
    if (crew.any_ended()) return false;
    progress.window_part = length.count() > 0 ? 1 - core::seconds(end - now) / core::seconds(length) : 1;
    if (!watch(progress)) return false;
    if (now >= end) return true;
    std::this_thread::sleep_until(std::min(end, now + between_looks));
  }
}

}  // namespace

core::Result<Point> run_load(const Transport& transport, const Load& load, const RunOptions& options,
                             const Watch& watch) {
  Point point;
  point.load = load;
  point.threads = std::clamp(options.threads, 1U, load.clients);
  TRY(const auto crew, Crew::start(transport, load, point.threads));
  Windows windows(options.limits);
  core::TimePoint begin = core::now();
  bool going = wait_until(begin + options.warm_up, options.warm_up, {}, *crew, watch);
  Window warm_up{.seconds = core::seconds(core::now() - begin), .tally = crew->take()};
  point.errors = warm_up.tally.errors;
  point.error_example = warm_up.tally.error_example;
  // ended early, the warm-up is all there is
  if (!going) windows.add(std::move(warm_up));
  begin = core::now();
  while (going && !windows.done()) {
    const Progress progress{.window = static_cast<std::uint32_t>(windows.all().size() + 1),
                            .last = windows.all().empty() ? nullptr : &windows.all().back()};
    going = wait_until(begin + options.window, options.window, progress, *crew, watch);
    const core::TimePoint now = core::now();
    windows.add({.seconds = core::seconds(now - begin), .tally = crew->take()});
    const Tally& seen = windows.all().back().tally;
    if (point.errors == 0) point.error_example = seen.error_example;
    point.errors += seen.errors;
    begin = now;
  }
  crew->stop();
  crew->describe_end(point);
  point.interrupted = !going && point.gone.empty();
  point.stable = going && windows.stable();
  point.result = windows.result();
  point.judged = windows.judged().size();
  point.windows = windows.all();
  return point;
}

}  // namespace slipway::measure
