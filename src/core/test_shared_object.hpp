#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <string>

#include <fmt/format.h>

namespace slipway::core {

/// A shared memory object as a client has it, for tests; gone with this.
class TestSharedObject {
 public:
  TestSharedObject(const std::string& name, std::size_t size)
      : key_(fmt::format("/slipway-test-{}-{}", getpid(), name)),
        descriptor_(shm_open(key_.c_str(), O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR)) {
    resize(size);
  }
  ~TestSharedObject() {
    close(descriptor_);
    shm_unlink(key_.c_str());
  }
  TestSharedObject(const TestSharedObject&) = delete;
  TestSharedObject& operator=(const TestSharedObject&) = delete;

  const std::string& key() const { return key_; }
  void resize(std::size_t size) const { (void)!ftruncate(descriptor_, static_cast<off_t>(size)); }
  void put(std::size_t at, std::string_view text) const {
    (void)!pwrite(descriptor_, text.data(), text.size(), static_cast<off_t>(at));
  }
  std::string get(std::size_t at, std::size_t size) const {
    std::string text(size, '\0');
    (void)!pread(descriptor_, text.data(), size, static_cast<off_t>(at));
    return text;
  }

 private:
  std::string key_;
  int descriptor_;
};

}  // namespace slipway::core
