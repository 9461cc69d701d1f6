#include "app/logging.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "app/chosen_levels.hpp"
#include "core/printable.hpp"
#include "protocol/json_tensor.hpp"

namespace slipway::app {

namespace {

/// spdlog's `%*`: the message, so written that no client's text ends a line or steers a terminal.
class Message : public spdlog::custom_flag_formatter {
 public:
  using Written = std::string (*)(std::string_view text);
  explicit Message(Written written) : written_(written) {}
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/, spdlog::memory_buf_t& out) override {
    const std::string text = written_({message.payload.data(), message.payload.size()});
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<Message>(written_); }

 private:
  Written written_;
};

std::string json_string(std::string_view text) {
  std::string out;
  protocol::append_string(out, text);
  if (core::find_control(out) == std::string::npos) return out;
  // JSON has no need of it, but who reads the log on a terminal has
  return core::with_controls(out, [](std::string& escaped, std::string_view control) {
    fmt::format_to(std::back_inserter(escaped), "\\u{:04x}", static_cast<unsigned char>(control.back()));
  });
}

std::unique_ptr<spdlog::formatter> formatter_for(LogFormat format, const protocol::LogSettings& settings) {
  const bool utc = format == LogFormat::json || settings.format == "ISO8601";
  auto formatter = std::make_unique<spdlog::pattern_formatter>(utc ? spdlog::pattern_time_type::utc
                                                                   : spdlog::pattern_time_type::local);
  if (format == LogFormat::json) {
    formatter->add_flag<Message>('*', json_string)
        .set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
  } else {
    formatter->add_flag<Message>('*', core::printable)
        .set_pattern(utc ? "%Y-%m-%dT%H:%M:%S.%eZ %l: %*" : "%H:%M:%S.%e %l: %*");
  }
  return formatter;
}

protocol::LogSettings settings_for(LogFormat format, spdlog::level::level_enum level) {
  protocol::LogSettings settings;
  settings.error = level <= spdlog::level::critical;
  settings.warning = level <= spdlog::level::warn;
  settings.info = level <= spdlog::level::info;
  if (level <= spdlog::level::debug) settings.verbose_level = level == spdlog::level::trace ? 2 : 1;
  if (format == LogFormat::json) settings.format = "ISO8601";
  return settings;
}

}  // namespace

core::Result<LogFormat> log_format_from(std::string_view name) {
  if (name == "text") return LogFormat::text;
  if (name == "json") return LogFormat::json;
  return core::fail(core::Code::invalid_argument, fmt::format("log format \"{}\": text or json expected", name));
}

Logging::Logging(LogFormat format, protocol::LogSettings settings, std::shared_ptr<ChosenLevels> sink)
    : format_(format), sink_(std::move(sink)), settings_(std::move(settings)) {
  auto logger = std::make_shared<spdlog::logger>("slipway", sink_);
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  apply();
}

protocol::LogSettings Logging::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

core::Result<protocol::LogSettings> Logging::update(const core::Parameters& changes) {
  const std::lock_guard lock(mutex_);
  TRY(protocol::LogSettings wanted, protocol::changed(settings_, changes));
  if (format_ == LogFormat::json && wanted.format != "ISO8601") {
    return core::invalid(
        R"(log setting "log_format": the server was started with --log-format json, whose times are "ISO8601")");
  }
  settings_ = std::move(wanted);
  apply();
  return settings_;
}

void Logging::apply() {
  sink_->set_formatter(formatter_for(format_, settings_));
  sink_->choose(settings_);
  spdlog::default_logger_raw()->set_level(sink_->lowest());
}

core::Result<void> check_log_level(std::string_view level) {
  if (level == "off" || spdlog::level::from_str(std::string(level)) != spdlog::level::off) return {};
  return core::invalid(fmt::format("log level \"{}\": trace, debug, info, warning, error or off expected", level));
}

core::Result<std::unique_ptr<Logging>> set_up_logging(LogFormat format, std::string_view level) {
  TRY_VOID(check_log_level(level));
  return std::make_unique<Logging>(format, settings_for(format, spdlog::level::from_str(std::string(level))),
                                   std::make_shared<ChosenLevels>(std::make_shared<spdlog::sinks::stderr_sink_mt>()));
}

}  // namespace slipway::app
