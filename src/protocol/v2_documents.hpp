#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "models/model_version.hpp"
#include "models/registry.hpp"

namespace slipway::protocol {

/// What a server's metadata tell that depends on how it was started.
struct ServerIdentity {
  std::string name;
  bool shared_memory = false;
  bool trace = false;
};

/// JSON documents of the Open Inference Protocol V2 and of Triton's extensions to it, each as one string.
std::string server_metadata(const ServerIdentity& server);
std::string live_body(bool live, bool ready);  ///< {"live":…,"ready":…}
/// `versions` are all that are ready, for the `versions` list.
std::string model_metadata(const models::ModelVersion& version, const std::vector<models::Handle>& versions);
std::string model_ready(const models::ModelVersion& version);  ///< {"name":…,"version":…,"ready":true}
std::string model_config(const models::ModelVersion& version);
std::string model_statistics(const std::vector<models::Handle>& versions);
std::string repository_index(const std::vector<models::IndexEntry>& entries, bool only_ready);
/// What the body of an index request asks for: `{"ready": true}` the ready models alone; nothing, all.
core::Result<bool> asks_for_ready(std::string_view body);

}  // namespace slipway::protocol
