#include "runtime/model_format.hpp"

#include <array>
#include <fstream>
#include <string_view>

namespace slipway::runtime {

namespace fs = std::filesystem;

namespace {

/// The first bytes of a file, fewer where it is shorter.
std::string beginning(const fs::path& file) {
  std::array<char, 512> bytes{};
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(in.gcount())};
}

std::string folder_format(const fs::path& folder) {
  if (fs::exists(folder / "saved_model.pb")) return "tensorflow_saved_model";
  for (const char* name : {"inference.pdmodel", "inference.json", "model.pdmodel"}) {
    if (fs::exists(folder / name)) return "paddle";
  }
  return "";
}

}  // namespace

std::string detect_format(const fs::path& path) {
  std::error_code failure;
  if (fs::is_directory(path, failure)) return folder_format(path);
  if (!fs::is_regular_file(path, failure)) return "";
  const std::string suffix = path.extension().string();
  const std::string head = beginning(path);
  // FlatBuffers name their kind in bytes 4 to 7
  const std::string_view flat = head.size() >= 8 ? std::string_view(head).substr(4, 4) : std::string_view();
  if (flat == "ORTM") return "ort";
  if (flat == "TFL3") return "tflite";
  if (suffix == ".onnx") return "onnx";
  if (suffix == ".ort") return "ort";
  if (suffix == ".tflite") return "tflite";
  if (suffix == ".xml" && head.find("<net") != std::string::npos) return "openvino_ir";
  if (suffix == ".pdmodel") return "paddle";
  if (suffix == ".pb") return "tensorflow_graph";
  if (suffix == ".fake") return "fake";
  return "";
}

}  // namespace slipway::runtime
