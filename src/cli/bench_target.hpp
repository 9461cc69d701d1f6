#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/bench_inputs.hpp"
#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"
#include "measure/bench_report.hpp"
#include "measure/transport.hpp"

namespace slipway::cli {

struct TargetOptions {
  std::string target;                   ///< http://…, grpc://…, or a model's file or folder
  std::optional<std::string> protocol;  ///< what fits the target by default
  std::string model;                    ///< its name, where the target has several
  bool shared_memory = false;           ///< inputs and outputs lie there
  std::string input_file;               ///< .json or .npy; made inputs when ""
  SizeOptions sizes;
  config::ModelSpec spec;  ///< of a model that is loaded here
};

/// Whether that is the address of a server, not a model's file or folder.
bool is_address(const std::string& target);

/// Where a model can be asked: what it takes, and a way to send it one request again and again. Made by `open_door`;
/// owns what it needs, a loaded model too. One thread.
class Door {
 public:
  Door() = default;
  virtual ~Door() = default;
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  virtual std::string model() const = 0;
  virtual std::string protocol() const = 0;
  virtual core::Result<std::vector<core::TensorInfo>> inputs() const = 0;
  struct Way {
    std::unique_ptr<measure::Transport> transport;
    std::size_t request_bytes = 0;
  };
  virtual core::Result<Way> way(std::vector<core::Tensor> inputs) const = 0;
};

/// Finds the server, or loads the model. unavailable when a server cannot be reached.
core::Result<std::unique_ptr<Door>> open_door(const TargetOptions& options);

/// What the load goes to: the door's transport with the inputs made, over which one request was answered. Where
/// dimensions had to be guessed, the first that the model answers. The transport must not outlive the door.
struct Target {
  measure::BenchSubject subject;
  std::unique_ptr<measure::Transport> transport;
};
core::Result<Target> target_behind(const Door& door, const TargetOptions& options);

}  // namespace slipway::cli
