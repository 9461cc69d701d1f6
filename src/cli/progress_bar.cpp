#include "cli/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace slipway::cli {

ProgressBar::ProgressBar() : is_terminal_(isatty(STDERR_FILENO) != 0) {}

std::string ProgressBar::line(double part, std::string_view text) {
  constexpr int width = 24;
  const int full = static_cast<int>(std::lround(part * width));
  std::string drawn = "[";
  for (int i = 0; i < width; ++i) drawn += i < full ? "█" : "·";
  return fmt::format("{}] {}", drawn, text);
}

void ProgressBar::show(double part, std::string_view text) {
  if (!is_terminal_) return;
  shown_ = true;
  fmt::print(stderr, "\r\033[2K{}", line(part, text));
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (!shown_) return;
  shown_ = false;
  fmt::print(stderr, "\r\033[2K");
  std::fflush(stderr);
}

}  // namespace slipway::cli
