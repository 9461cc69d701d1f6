#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "cli/infer_input.hpp"
#include "core/buffer.hpp"
#include "core/error.hpp"

namespace slipway::cli {

/// Asks a running V2 server (this one or another) and gives its JSON answer. `address` names the model
/// (`http://HOST:PORT/v2/models/NAME[/versions/V]`), a service of the friendly door (`…/services/NAME`), or the server
/// alone where it serves one model. JSON and .npy go as a V2 request built from the server's own metadata; anything
/// else goes as it is to the friendly door.
core::Result<std::string> infer_remote(const std::string& address, core::Buffer input, InputKind kind,
                                       const std::string& input_name, std::chrono::milliseconds limit);

}  // namespace slipway::cli
