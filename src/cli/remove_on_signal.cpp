#include "cli/remove_on_signal.hpp"

#include <pthread.h>
#include <unistd.h>

#include <system_error>
#include <utility>

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

/// Other threads may go on to write into it meanwhile.
constexpr int tries_max = 100;

void remove_folder(const fs::path& folder) {
  std::error_code failure;
  for (int i = 0; i < tries_max; ++i) {
    fs::remove_all(folder, failure);
    if (!failure) return;
  }
}

}  // namespace

RemoveOnSignal::RemoveOnSignal(fs::path folder) : folder_(std::move(folder)) {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  thread_ = std::jthread([this](const std::stop_token& stop) { wait(stop); });
}

RemoveOnSignal::~RemoveOnSignal() {
  thread_.request_stop();
  pthread_kill(thread_.native_handle(), SIGHUP);  // one that it waits for, and to that thread alone
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void RemoveOnSignal::wait_for_end() const {
  while (ending_.load()) pause();
}

void RemoveOnSignal::wait(const std::stop_token& stop) {
  int signal = 0;
  while (sigwait(&signals_, &signal) != 0) {
  }
  if (stop.stop_requested()) return;
  ending_.store(true);
  remove_folder(folder_);
  std::signal(signal, SIG_DFL);
  sigset_t this_one;
  sigemptyset(&this_one);
  sigaddset(&this_one, signal);
  pthread_sigmask(SIG_UNBLOCK, &this_one, nullptr);
  raise(signal);
}

}  // namespace slipway::cli
