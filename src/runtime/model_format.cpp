#include "runtime/model_format.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace slipway::runtime {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

namespace {

/// The first bytes of a file, fewer where it is shorter.
std::string beginning(const fs::path& file) {
  std::array<char, 512> bytes{};
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(in.gcount())};
}

/// Takes a protobuf varint off the front of `bytes`.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

/// Whether the bytes can begin an onnx.ModelProto: the IR version first, as every writer has it, then its other fields
/// up to the graph, which is as far as the first bytes reach.
bool begins_like_onnx(std::string_view bytes) {
  constexpr std::uint64_t varint = 0;
  constexpr std::uint64_t delimited = 2;
  constexpr std::uint64_t ir_version = 1;
  constexpr std::uint64_t model_version = 5;
  constexpr std::uint64_t graph = 7;
  constexpr std::uint64_t description = 6;
  constexpr std::array<std::uint64_t, 7> texts{2, 3, 4, 8, 14, 20, description};  // producer, domain, operator sets, …
  if (!bytes.starts_with('\x08')) return false;
  for (int fields = 0; fields < 32; ++fields) {
    const auto tag = take_varint(bytes);
    if (!tag) return false;
    const std::uint64_t field = *tag >> 3U;
    const std::uint64_t wire = *tag & 7U;
    const auto value = take_varint(bytes);
    if (!value) return false;
    if (wire == varint && field == ir_version && *value >= 1 && *value <= 100) continue;
    if (wire == varint && field == model_version) continue;
    if (wire == delimited && field == graph) return *value > 0;
    if (wire != delimited || std::ranges::find(texts, field) == texts.end()) return false;
    // only a description is longer than what was read
    if (*value > bytes.size()) return field == description;
    bytes.remove_prefix(*value);
  }
  return false;
}

/// Whether a folder has the table of tokens that every speech model comes with and a graph, or the joiner that only a
/// transducer has. Which model it is, and what it lacks, is the backend's to say.
bool is_speech_folder(const fs::path& folder) {
  bool tokens = false;
  bool graph = false;
  bool joiner = false;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (name.ends_with("tokens.txt")) tokens = true;
    std::error_code ignored;
    if (!(name.ends_with(".onnx") || name.ends_with(".ort")) || !entry->is_regular_file(ignored)) continue;
    graph = true;
    if (name.find("joiner") != std::string::npos) joiner = true;
  }
  return (tokens && graph) || joiner;
}

std::string folder_format(const fs::path& folder) {
  std::error_code failure;
  for (const char* name : {"saved_model.pb", "saved_model.pbtxt"}) {
    if (fs::is_regular_file(folder / name, failure)) return "tensorflow_saved_model";
  }
  for (const char* name : {"inference.pdmodel", "model.pdmodel", "__model__", "inference.json"}) {
    if (fs::is_regular_file(folder / name, failure)) return "paddle";
  }
  if (is_speech_folder(folder)) return "speech";
  return "";
}

/// What the contents alone tell; "" when they do not.
std::string format_of_contents(std::string_view head) {
  // FlatBuffers name their kind in bytes 4 to 7
  const std::string_view kind = head.size() >= 8 ? head.substr(4, 4) : ""sv;
  if (kind == "ORTM") return "ort";
  if (kind == "TFL3") return "tflite";
  if (begins_like_onnx(head)) return "onnx";
  return "";
}

/// What suffixes say of files whose contents do not.
constexpr std::array suffixes{std::pair{".onnx"sv, "onnx"},      std::pair{".ort"sv, "ort"},
                              std::pair{".tflite"sv, "tflite"},  std::pair{".pb"sv, "tensorflow_graph"},
                              std::pair{".pdmodel"sv, "paddle"}, std::pair{".graphdef"sv, "tensorflow_graph"},
                              std::pair{".fake"sv, "fake"}};

}  // namespace

std::string detect_format(const fs::path& path) {
  std::error_code failure;
  if (fs::is_directory(path, failure)) return folder_format(path);
  if (!fs::is_regular_file(path, failure)) return "";
  const std::string head = beginning(path);
  if (std::string format = format_of_contents(head); !format.empty()) return format;
  const std::string suffix = path.extension().string();
  if (suffix == ".xml") return head.find("<net") != std::string::npos ? "openvino_ir" : "";
  if (suffix == ".json")
    return path.filename() == "inference.json" && head.find("\"pir\"") != std::string::npos ? "paddle" : "";
  for (const auto& [known, format] : suffixes) {
    if (suffix == known) return format;
  }
  return "";
}

bool is_called_as_model(const fs::path& path) {
  const std::string suffix = path.extension().string();
  return suffix == ".xml" ||
         std::ranges::find(suffixes, suffix, [](const auto& known) { return known.first; }) != suffixes.end();
}

}  // namespace slipway::runtime
