#pragma once

#include <spdlog/sinks/sink.h>

#include <atomic>
#include <memory>
#include <utility>

#include "protocol/log_settings.hpp"

namespace slipway::app {

/// A sink that passes on the levels that are chosen, each by itself: spdlog's own threshold cannot leave out warnings
/// and keep information. Safe from any thread.
class ChosenLevels : public spdlog::sinks::sink {
 public:
  explicit ChosenLevels(std::shared_ptr<spdlog::sinks::sink> inner) : inner_(std::move(inner)) {}

  void choose(const protocol::LogSettings& settings) {
    unsigned levels = 0;
    if (settings.verbose_level >= 2) levels |= bit(spdlog::level::trace);
    if (settings.verbose_level >= 1) levels |= bit(spdlog::level::debug);
    if (settings.info) levels |= bit(spdlog::level::info);
    if (settings.warning) levels |= bit(spdlog::level::warn);
    if (settings.error) levels |= bit(spdlog::level::err) | bit(spdlog::level::critical);
    levels_.store(levels, std::memory_order_relaxed);
  }
  /// The lowest level that is chosen; off for none.
  spdlog::level::level_enum lowest() const {
    for (int level = spdlog::level::trace; level < spdlog::level::off; ++level) {
      if (has(static_cast<spdlog::level::level_enum>(level))) return static_cast<spdlog::level::level_enum>(level);
    }
    return spdlog::level::off;
  }

  void log(const spdlog::details::log_msg& message) override {
    if (has(message.level)) inner_->log(message);
  }
  void flush() override { inner_->flush(); }
  void set_pattern(const std::string& pattern) override { inner_->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    inner_->set_formatter(std::move(formatter));
  }

 private:
  static unsigned bit(spdlog::level::level_enum level) { return 1U << static_cast<unsigned>(level); }
  bool has(spdlog::level::level_enum level) const {
    return (levels_.load(std::memory_order_relaxed) & bit(level)) != 0;
  }

  std::shared_ptr<spdlog::sinks::sink> inner_;
  std::atomic<unsigned> levels_ = 0;
};

}  // namespace slipway::app
