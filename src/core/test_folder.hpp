#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace slipway::core {

/// A folder of a test's own, removed with everything in it at the end.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "slipway_test_XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder could be made");
    path_ = pattern;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Writes a file (and the folders above it) and gives its path.
  std::filesystem::path write(const std::filesystem::path& name, std::string_view content = "x") const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

 private:
  std::filesystem::path path_;
};

/// A test that has one.
class FolderTest : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, std::string_view content = "x") const {
    return folder_.write(name, content);
  }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TestFolder folder_;
};

}  // namespace slipway::core
