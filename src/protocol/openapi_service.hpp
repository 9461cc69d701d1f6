#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor.hpp"
#include "models/model_version.hpp"

namespace slipway::protocol::openapi {

/// The tag of the paths that name a version.
inline constexpr std::string_view versions_tag = "versions";

/// What the document has to know of a service: copied from its model version, so that tests can make one by hand.
struct Service {
  std::string name;
  std::string version;
  std::string description;
  std::vector<core::TensorInfo> inputs;
  std::vector<core::TensorInfo> outputs;
  bool takes_bytes = false;
  bool gives_labels = false;
};
Service service_of(const models::ModelVersion& version);

/// Adds the paths of one service: its friendly door and its V2 endpoints, each also by version. The name stands in the
/// paths as it is, so that every service has types and examples of its own.
void add_service_paths(boost::json::object& paths, const Service& service);

}  // namespace slipway::protocol::openapi
