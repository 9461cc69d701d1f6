#include "cli/end_signal.hpp"

#include <semaphore.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

namespace slipway::cli {

namespace {

// what a signal handler may touch
std::atomic<bool> waited_for = false;
std::atomic<int> end_signal = 0;
sem_t end_asked;

void on_end_signal(int signal) {
  if (!waited_for.load() || end_signal.load() != 0) _exit(128 + signal);
  end_signal.store(signal);
  sem_post(&end_asked);
}

}  // namespace

void listen_for_end_signals() {
  sem_init(&end_asked, 0, 0);
  struct sigaction action {};
  action.sa_handler = on_end_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void end_signals_wait() { waited_for.store(true); }

int wait_for_end_signal() {
  while (sem_wait(&end_asked) != 0) {
  }
  return end_signal.load();
}

}  // namespace slipway::cli
