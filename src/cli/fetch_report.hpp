#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/progress_bar.hpp"
#include "fetch/fetch.hpp"

namespace slipway::cli {

/// Says on stderr how far a fetch is: a bar for people, a plain line now and then where stderr is no terminal; and on
/// stdout what has come. One thread.
class FetchReport : public fetch::Progress {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void bytes(const std::string& name, std::uint64_t done, std::optional<std::uint64_t> all) override;
  void retries(const core::Error& error, std::chrono::milliseconds pause) override;
  void unpacks(const std::string& name) override;
  void landed(const std::string& name, std::uint64_t size, const std::string& sha256) override;
  void is_there(const std::string& name) override;

  /// "model.onnx  12.3 of 45.6 MB, 7.8 MB/s, 4 s left"
  static std::string progress(const std::string& name, std::uint64_t done, std::optional<std::uint64_t> all,
                              std::chrono::duration<double> since);

 private:
  ProgressBar bar_;
  std::string name_;
  Time begin_;
  Time shown_;
};

}  // namespace slipway::cli
