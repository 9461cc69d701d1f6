#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace slipway::speech_backend {

/// What a folder with a speech model has: the architecture, under sherpa-onnx's name of it, and its files by what they
/// are to that architecture ("encoder", "joiner", "model", "tokens", …).
struct SpeechModel {
  std::string kind;
  bool streaming = false;
  std::map<std::string, std::string> files;  ///< absolute paths

  /// "" where the architecture has no such file.
  const std::string& file(const std::string& role) const;
};

/// What is looked for in place of what the files tell.
struct KindOptions {
  std::string kind;   ///< "" to tell by the files
  bool int8 = false;  ///< of files that are there twice, those with int8 in their names
};

/// Tells what is in a folder by the names of its files and by the metadata of its ONNX files. Throws
/// std::invalid_argument that names what is missing, std::domain_error where the files are of no architecture known.
SpeechModel speech_model_in(const std::filesystem::path& folder, const KindOptions& options);

/// The value of `key` in an ONNX file's metadata, which writers put behind the graph; "" where it is not found.
std::string onnx_metadata(const std::filesystem::path& file, std::string_view key);

}  // namespace slipway::speech_backend
