#include "check.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <vector>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has no header for it

namespace slipway::speech_backend {

namespace {

constexpr std::chrono::seconds time_max{120};
constexpr std::size_t report_bytes_max = 64U << 10U;

/// What comes out of a pipe until it is closed, within the time; the end of it where it is much.
std::string read_all(int pipe, pid_t process) {
  std::string text;
  std::array<char, 4096> block{};
  const auto end = std::chrono::steady_clock::now() + time_max;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd waiting{.fd = pipe, .events = POLLIN, .revents = 0};
    const int ready = left.count() > 0 ? poll(&waiting, 1, static_cast<int>(left.count())) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      kill(process, SIGKILL);
      return text + fmt::format("\nnothing was heard within {} s", time_max.count());
    }
    const auto count = read(pipe, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(block.data(), static_cast<std::size_t>(count));
    if (text.size() > report_bytes_max) text.erase(0, text.size() - report_bytes_max);
  }
}

/// The last line that says something, without the place in sherpa-onnx's source before it.
std::string reason_in(std::string_view report) {
  std::string reason;
  while (!report.empty()) {
    const auto end = std::min(report.find('\n'), report.size());
    if (end > 0) reason = report.substr(0, end);
    report.remove_prefix(std::min(end + 1, report.size()));
  }
  const auto source = reason.find(".cc:");
  if (const auto text = source == std::string::npos ? source : reason.find(' ', source); text != std::string::npos)
    reason.erase(0, text + 1);
  return reason.empty() ? "it gave no reason" : reason;
}

}  // namespace

void check_model(const std::string& program, const std::string& backend_dir, const std::string& folder,
                 const RecogniserOptions& options) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(fmt::format("no pipe: {}", std::strerror(errno)));
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<std::string> words{program, backend_dir, folder};
  for (const auto& [key, value] : options.as_given) words.push_back(fmt::format("{}={}", key, value));
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int failed = posix_spawn(&process, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failed != 0) {
    close(ends[0]);
    throw std::runtime_error(fmt::format("{} cannot be run: {}", program, std::strerror(failed)));
  }
  const std::string report = read_all(ends[0], process);
  close(ends[0]);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  throw std::invalid_argument(fmt::format("sherpa-onnx cannot load it: {}", reason_in(report)));
}

}  // namespace slipway::speech_backend
