#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "core/error.hpp"
#include "metrics/tracer.hpp"

namespace slipway::app {

/// Writes traces into files of one folder, on a thread of its own, so that no request waits for a disk. Each file is a
/// JSON list, whole after every chunk; one that is there from an earlier run is written anew. Owned by the app; write()
/// is safe from any thread. What waits, the files and their bytes have bounds: beyond them traces are dropped, with a
/// warning.
class TraceFiles {
 public:
  struct Options {
    std::filesystem::path folder;
    std::size_t files_max = 1000;
    std::uint64_t bytes_max = 1ULL << 30U;
    std::size_t waiting_max = 256;  ///< chunks
  };
  /// invalid_argument where `folder` is none that can be written to.
  static core::Result<std::unique_ptr<TraceFiles>> open(Options options);
  /// Writes what waits.
  ~TraceFiles();
  TraceFiles(const TraceFiles&) = delete;
  TraceFiles& operator=(const TraceFiles&) = delete;

  void write(metrics::TraceChunk chunk);

 private:
  explicit TraceFiles(Options options);
  void loop(const std::stop_token& stop);
  core::Result<void> put(const metrics::TraceChunk& chunk);

  const Options options_;
  std::set<std::string> begun_;      ///< the thread's
  std::uint64_t written_bytes_ = 0;  ///< the thread's
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<metrics::TraceChunk> waiting_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace slipway::app
