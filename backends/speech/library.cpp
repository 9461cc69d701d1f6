#include "library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace slipway::speech_backend {

namespace fs = std::filesystem;

namespace {

constexpr const char* file_name = "libsherpa-onnx-c-api.so";

fs::path where(const std::string& backend_dir) {
  const char* told = std::getenv("SLIPWAY_SHERPA_ONNX");
  if (told == nullptr || *told == '\0') return fs::path(backend_dir) / "../speech" / file_name;
  return fs::is_directory(told) ? fs::path(told) / file_name : fs::path(told);
}

template <class Function>
void bind(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(handle, name));
  if (function == nullptr) throw std::runtime_error(fmt::format("is no sherpa-onnx that is known: it lacks {}", name));
}

void bind_all(void* handle, Library& library) {
  bind(handle, "SherpaOnnxGetVersionStr", library.version);
  bind(handle, "SherpaOnnxCreateOfflineRecognizer", library.create_offline);
  bind(handle, "SherpaOnnxDestroyOfflineRecognizer", library.destroy_offline);
  bind(handle, "SherpaOnnxCreateOfflineStream", library.create_offline_stream);
  bind(handle, "SherpaOnnxDestroyOfflineStream", library.destroy_offline_stream);
  bind(handle, "SherpaOnnxAcceptWaveformOffline", library.accept_offline);
  bind(handle, "SherpaOnnxDecodeOfflineStream", library.decode_offline);
  bind(handle, "SherpaOnnxGetOfflineStreamResult", library.offline_result);
  bind(handle, "SherpaOnnxDestroyOfflineRecognizerResult", library.destroy_offline_result);
  bind(handle, "SherpaOnnxCreateOnlineRecognizer", library.create_online);
  bind(handle, "SherpaOnnxDestroyOnlineRecognizer", library.destroy_online);
  bind(handle, "SherpaOnnxCreateOnlineStream", library.create_online_stream);
  bind(handle, "SherpaOnnxDestroyOnlineStream", library.destroy_online_stream);
  bind(handle, "SherpaOnnxOnlineStreamAcceptWaveform", library.accept_online);
  bind(handle, "SherpaOnnxOnlineStreamInputFinished", library.finish_online);
  bind(handle, "SherpaOnnxIsOnlineStreamReady", library.is_online_ready);
  bind(handle, "SherpaOnnxDecodeOnlineStream", library.decode_online);
  bind(handle, "SherpaOnnxGetOnlineStreamResult", library.online_result);
  bind(handle, "SherpaOnnxDestroyOnlineRecognizerResult", library.destroy_online_result);
}

}  // namespace

Library load_library(const std::string& backend_dir) {
  setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  Library library;
  library.path = where(backend_dir).lexically_normal().string();
  void* handle = dlopen(library.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    throw std::runtime_error(
        fmt::format("sherpa-onnx was not found ({}); `pip install sherpa-onnx-core`, and name its folder lib in "
                    "SLIPWAY_SHERPA_ONNX",
                    dlerror()));
  }
  bind_all(handle, library);
  return library;
}

}  // namespace slipway::speech_backend
