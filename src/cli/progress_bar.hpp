#pragma once

#include <string>
#include <string_view>

namespace slipway::cli {

/// A line on stderr that is drawn over and over, and gone when its owner is; nothing where stderr is no terminal. One
/// thread.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  bool is_terminal() const { return is_terminal_; }
  /// `part` from 0 to 1.
  void show(double part, std::string_view text);
  void clear();

  /// "[██████····] text"
  static std::string line(double part, std::string_view text);

 private:
  bool is_terminal_;
  bool shown_ = false;
};

}  // namespace slipway::cli
