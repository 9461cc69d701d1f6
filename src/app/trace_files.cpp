#include "app/trace_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <fstream>
#include <utility>

namespace slipway::app {

namespace {

constexpr std::string_view list_begin = "[\n";
constexpr std::string_view list_end = "\n]";

}  // namespace

core::Result<std::unique_ptr<TraceFiles>> TraceFiles::open(Options options) {
  std::error_code failure;
  const auto& folder = options.folder;
  if (!std::filesystem::is_directory(folder, failure) || access(folder.c_str(), W_OK | X_OK) != 0) {
    return core::invalid(
        fmt::format("trace folder {}: a folder that this process may write to is expected", folder.string()));
  }
  return std::unique_ptr<TraceFiles>(new TraceFiles(std::move(options)));
}

TraceFiles::TraceFiles(Options options)
    : options_(std::move(options)), thread_([this](const std::stop_token& stop) { loop(stop); }) {}

TraceFiles::~TraceFiles() {
  thread_.request_stop();
  thread_.join();
}

void TraceFiles::write(metrics::TraceChunk chunk) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < options_.waiting_max) {
      waiting_.push_back(std::move(chunk));
    } else {
      spdlog::warn("{} traces for {} are dropped: the disk does not keep up", chunk.traces.size(), chunk.file);
    }
  }
  changed_.notify_one();
}

void TraceFiles::loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
    if (waiting_.empty()) return;  // asked to stop, and nothing is left
    const metrics::TraceChunk chunk = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    if (const auto done = put(chunk); !done) spdlog::warn("{}", done.error().message());
    lock.lock();
  }
}

core::Result<void> TraceFiles::put(const metrics::TraceChunk& chunk) {
  const std::filesystem::path path = options_.folder / chunk.file;
  const auto dropped = [&](std::string_view why) {
    return core::fail(core::Code::resource_exhausted,
                      fmt::format("{} traces for {} are dropped: {}", chunk.traces.size(), path.string(), why));
  };
  const bool begins = !begun_.contains(chunk.file);
  if (begins && begun_.size() >= options_.files_max)
    return dropped(fmt::format("{} files were written, the most of one run", options_.files_max));
  const std::string text = fmt::format("{}{}{}", begins ? list_begin : ",\n", fmt::join(chunk.traces, ",\n"), list_end);
  if (written_bytes_ + text.size() > options_.bytes_max)
    return dropped(fmt::format("{} bytes were written, the most of one run is {}", written_bytes_, options_.bytes_max));
  std::fstream file(path, begins ? std::ios::out | std::ios::trunc : std::ios::in | std::ios::out);
  if (!begins) file.seekp(-static_cast<std::streamoff>(list_end.size()), std::ios::end);
  file << text << std::flush;
  if (!file) return dropped("it cannot be written to");
  begun_.insert(chunk.file);
  written_bytes_ += text.size();
  return {};
}

}  // namespace slipway::app
