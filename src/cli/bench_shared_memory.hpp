#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/bench_target.hpp"
#include "cli/grpc_remote.hpp"
#include "cli/http_client.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"
#include "measure/shared_slots.hpp"

namespace slipway::cli {

/// A way to a model over which inputs and outputs lie in system shared memory (the protocol's extension). Asks the
/// model once with the tensors in the request, to see how large its outputs are. failed_precondition when the server
/// has no shared memory, invalid_argument when the model refuses the inputs, unavailable when nobody answers.
core::Result<Door::Way> shared_way_over_http(const Url& url, const std::string& model_path,
                                             std::vector<core::Tensor> inputs, std::chrono::milliseconds limit);
/// `remote` outlives the way's transport.
core::Result<Door::Way> shared_way_over_grpc(const GrpcRemote& remote, const GrpcRemote::Named& named,
                                             std::vector<core::Tensor> inputs);

/// The body of a request whose tensors lie in the region's slot of that number.
std::string v2_shared_question(const measure::SlotLayout& layout, const std::string& region, std::uint64_t slot);
std::string grpc_shared_question(const GrpcRemote::Named& named, const measure::SlotLayout& layout,
                                 const std::string& region, std::uint64_t slot);

}  // namespace slipway::cli
