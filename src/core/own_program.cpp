#include "core/own_program.hpp"

#include <charconv>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace slipway::core {

namespace fs = std::filesystem;

fs::path mapped_file(const void* address, const fs::path& maps) {
  constexpr int hexadecimal = 16;
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream in(maps);
  for (std::string line; std::getline(in, line);) {
    // 55e0c0000000-55e0c0001000 r-xp 00000000 fd:00 1234      /usr/bin/slipway
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    const char* last = line.data() + line.size();
    const auto dash = std::from_chars(line.data(), last, begin, hexadecimal);
    if (dash.ec != std::errc() || dash.ptr == last || *dash.ptr != '-') continue;
    if (std::from_chars(dash.ptr + 1, last, end, hexadecimal).ec != std::errc()) continue;
    if (wanted < begin || wanted >= end) continue;
    const auto slash = line.find('/');
    return slash == std::string::npos ? fs::path() : fs::path(line.substr(slash));
  }
  return {};
}

fs::path own_program() {
  std::error_code failure;
  fs::path program = fs::read_symlink("/proc/self/exe", failure);
  if (!program.filename().string().starts_with("ld-linux")) return program;
  return mapped_file(reinterpret_cast<const void*>(&own_program));
}

}  // namespace slipway::core
