#include "models/background.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace slipway::models {

Background::Background() : thread_([this] { run(); }) {}

Background::~Background() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
}

void Background::stop() {
  std::deque<Task> forgotten;  // let go of after the lock
  const std::lock_guard lock(mutex_);
  closed_ = true;
  forgotten.swap(tasks_);
}

bool Background::post(Task& task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || tasks_.size() >= most_tasks) return false;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void Background::post_always(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void Background::run() {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    try {
      task();
    } catch (const std::exception& error) {
      spdlog::error("a task beside the traffic failed: {}", error.what());
    }
  }
}

}  // namespace slipway::models
