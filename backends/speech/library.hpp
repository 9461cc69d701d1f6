#pragma once

#include <sherpa-onnx/c-api/c-api.h>

#include <string>

namespace slipway::speech_backend {

/// The functions of sherpa-onnx that are used, each called as in its header without "SherpaOnnx". Never unloaded: its
/// threads outlive what it made.
struct Library {
  std::string path;
  decltype(&SherpaOnnxGetVersionStr) version = nullptr;

  decltype(&SherpaOnnxCreateOfflineRecognizer) create_offline = nullptr;
  decltype(&SherpaOnnxDestroyOfflineRecognizer) destroy_offline = nullptr;
  decltype(&SherpaOnnxCreateOfflineStream) create_offline_stream = nullptr;
  decltype(&SherpaOnnxDestroyOfflineStream) destroy_offline_stream = nullptr;
  decltype(&SherpaOnnxAcceptWaveformOffline) accept_offline = nullptr;
  decltype(&SherpaOnnxDecodeOfflineStream) decode_offline = nullptr;
  decltype(&SherpaOnnxGetOfflineStreamResult) offline_result = nullptr;
  decltype(&SherpaOnnxDestroyOfflineRecognizerResult) destroy_offline_result = nullptr;

  decltype(&SherpaOnnxCreateOnlineRecognizer) create_online = nullptr;
  decltype(&SherpaOnnxDestroyOnlineRecognizer) destroy_online = nullptr;
  decltype(&SherpaOnnxCreateOnlineStream) create_online_stream = nullptr;
  decltype(&SherpaOnnxDestroyOnlineStream) destroy_online_stream = nullptr;
  decltype(&SherpaOnnxOnlineStreamAcceptWaveform) accept_online = nullptr;
  decltype(&SherpaOnnxOnlineStreamInputFinished) finish_online = nullptr;
  decltype(&SherpaOnnxIsOnlineStreamReady) is_online_ready = nullptr;
  decltype(&SherpaOnnxDecodeOnlineStream) decode_online = nullptr;
  decltype(&SherpaOnnxGetOnlineStreamResult) online_result = nullptr;
  decltype(&SherpaOnnxDestroyOnlineRecognizerResult) destroy_online_result = nullptr;
};

/// Finds and loads libsherpa-onnx-c-api.so: where SLIPWAY_SHERPA_ONNX says (a file or a folder), else in ../speech
/// beside the backend. Throws std::runtime_error that says where it looked and how to get it.
Library load_library(const std::string& backend_dir);

}  // namespace slipway::speech_backend
