#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

// The sanitizers' allocators end the program where memory is refused.
#ifndef SLIPWAY_SANITIZED
#define SLIPWAY_MEMORY_CAN_BE_LIMITED

namespace slipway::core {

/// Lets this process have `more` bytes, until it goes. For tests.
class TestMemoryLimit {
 public:
  explicit TestMemoryLimit(rlim_t more) {
    ::getrlimit(RLIMIT_AS, &before_);
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlimit now{pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + more, before_.rlim_max};
    ::setrlimit(RLIMIT_AS, &now);
  }
  ~TestMemoryLimit() { ::setrlimit(RLIMIT_AS, &before_); }
  TestMemoryLimit(const TestMemoryLimit&) = delete;
  TestMemoryLimit& operator=(const TestMemoryLimit&) = delete;

 private:
  rlimit before_{};
};

}  // namespace slipway::core

#endif
