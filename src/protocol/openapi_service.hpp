#pragma once

#include <boost/json.hpp>
#include <optional>
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
  bool listens = false;  ///< is a speech model
};
Service service_of(const models::ModelVersion& version);

/// The doors of a service, as addresses of examples name them.
inline constexpr std::string_view infer_door = "infer";      ///< /v2/models/NAME/infer
inline constexpr std::string_view ask_door = "ask";          ///< /services/NAME
inline constexpr std::string_view predict_door = "predict";  ///< /v1/models/NAME:predict

/// A request that runs, as the body of one door. Nothing for a door that there is not, and where an input has more than
/// `most_example_elements`.
std::optional<boost::json::object> example_body(const Service& service, std::string_view door);

/// Adds the paths of one service: its friendly door and its V2 endpoints, each also by version. The name stands in the
/// paths as it is, so that every service has types and examples of its own.
void add_service_paths(boost::json::object& paths, const Service& service);

}  // namespace slipway::protocol::openapi
