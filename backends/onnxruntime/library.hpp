#pragma once

#include <string>

namespace slipway::onnxruntime {

/// ONNX Runtime's shared library, loaded. Never unloaded: its threads and thread-local destructors outlive sessions.
struct Library {
  std::string path;
  std::string version;
};

/// Finds and loads the library and hands its functions to the C++ API. It is looked for where SLIPWAY_ONNXRUNTIME says,
/// beside the backend, in Python environments, and last by the loader. Throws std::runtime_error that says where it
/// looked and how to get it.
Library load_library(const std::string& backend_dir);

}  // namespace slipway::onnxruntime
