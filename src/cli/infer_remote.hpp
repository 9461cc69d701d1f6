#pragma once

#include <chrono>
#include <string>

#include "cli/infer_input.hpp"
#include "core/buffer.hpp"
#include "core/error.hpp"

namespace slipway::cli {

/// Who is asked, and how.
struct RemoteQuestion {
  std::string address;
  std::string file;        ///< where the input is from, for errors
  std::string input_name;  ///< which input a .npy file is; "" for the only one
  std::string version;     ///< "" for the one that the address names, or the server's default
  std::chrono::milliseconds limit;
};

/// Asks a running V2 server (this one or another) and gives the answer as `infer` gives that of a file. The address
/// names the model (`http://HOST:PORT/v2/models/NAME[/versions/V]`), a service of ours (`…/services/NAME`), or the
/// server alone where it serves one model. JSON and .npy go as a V2 request built from the server's own metadata, with
/// binary tensors where it takes them; to a service of ours that gives labels, and anything that is no tensor, through
/// the friendly door.
core::Result<std::string> infer_remote(const RemoteQuestion& asked, core::Buffer input, InputKind kind);

}  // namespace slipway::cli
