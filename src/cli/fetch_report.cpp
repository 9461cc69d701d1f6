#include "cli/fetch_report.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace slipway::cli {

namespace {

constexpr double mega = 1e6;
constexpr std::chrono::milliseconds between_bars{100};
constexpr std::chrono::seconds between_lines{10};

double megabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / mega; }

}  // namespace

std::string FetchReport::progress(const std::string& name, std::uint64_t done, std::optional<std::uint64_t> all,
                                  std::chrono::duration<double> since) {
  std::string text = all ? fmt::format("{}  {:.1f} of {:.1f} MB", name, megabytes(done), megabytes(*all))
                         : fmt::format("{}  {:.1f} MB", name, megabytes(done));
  if (since.count() < 1) return text;
  const double speed = static_cast<double>(done) / since.count();
  text += fmt::format(", {:.1f} MB/s", speed / mega);
  if (all && speed >= 1)
    text += fmt::format(", {:.0f} s left", static_cast<double>(*all - std::min(done, *all)) / speed);
  return text;
}

void FetchReport::bytes(const std::string& name, std::uint64_t done, std::optional<std::uint64_t> all) {
  const auto now = std::chrono::steady_clock::now();
  const bool for_people = bar_.is_terminal();
  if (name != name_) {
    name_ = name;
    begin_ = now;
    shown_ = for_people ? Time() : now;
  }
  if (now - shown_ < (for_people ? between_bars : std::chrono::milliseconds(between_lines))) return;
  shown_ = now;
  const std::string text = progress(name, done, all, now - begin_);
  if (for_people) {
    bar_.show(all && *all > 0 ? static_cast<double>(done) / static_cast<double>(*all) : 0, text);
  } else {
    fmt::print(stderr, "slipway fetch: {}\n", text);
  }
}

void FetchReport::retries(const core::Error& error, std::chrono::milliseconds pause) {
  bar_.clear();
  fmt::print(stderr, "slipway fetch: {}; again in {:.2f} s\n", error.message(),
             std::chrono::duration<double>(pause).count());
}

void FetchReport::unpacks(const std::string& name) {
  if (bar_.is_terminal()) bar_.show(1, name + "  unpacking");
}

void FetchReport::landed(const std::string& name, std::uint64_t size, const std::string& sha256) {
  bar_.clear();
  fmt::print("{}  {}  {:.1f} MB\n", sha256, name, megabytes(size));
  std::fflush(stdout);
}

void FetchReport::is_there(const std::string& name) {
  bar_.clear();
  fmt::print("{} is there already\n", name);
  std::fflush(stdout);
}

}  // namespace slipway::cli
