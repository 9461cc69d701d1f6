#include "app/watching.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace slipway::app {

namespace {

constexpr std::chrono::milliseconds interval{500};

}  // namespace

Watching::Watching(std::vector<config::AppModel> places, models::ModelControl& control)
    : watch_(
          std::move(places),
          [&control, failures = failures_](models::ModelChange change) {
            control.update(std::move(change), [failures](const std::string& name, const std::string& version) {
              const std::scoped_lock lock(failures->mutex);
              failures->versions.emplace_back(name, version);
            });
          },
          [](const std::string& sentence) { spdlog::error("{}", sentence); }) {}

void Watching::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Watching::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    never_.wait_for(lock, stop, interval, [] { return false; });
    if (stop.stop_requested()) return;
    try {
      const core::TimePoint now = core::now();
      std::vector<std::pair<std::string, std::string>> failed;
      {
        const std::scoped_lock guard(failures_->mutex);
        failed.swap(failures_->versions);
      }
      for (const auto& [name, version] : failed) watch_.failed(name, version, now);
      watch_.look(now);
    } catch (const std::exception& error) {  // a file system's, most likely: the next look may go well
      spdlog::error("the models' folders could not be looked at: {}", error.what());
    }
  }
}

}  // namespace slipway::app
