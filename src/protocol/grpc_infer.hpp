#pragma once

#include <google/protobuf/io/zero_copy_stream.h>

#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "protocol/output_form.hpp"

namespace slipway::protocol {

/// Decodes an inference.ModelInferRequest of `bytes` (Open Inference Protocol over gRPC) off the wire, without building
/// the message: each of its raw_input_contents is copied once, from the network's memory into a buffer that is aligned
/// as runtimes want it. Typed contents are taken too, and inputs in shared memory from the regions of `memory`. Model,
/// version, id, parameters, inputs and outputs are set; deadline and times are the caller's.
///
/// invalid_argument names the input or output that is wrong.
core::Result<DecodedInfer> decode_infer_message(google::protobuf::io::ZeroCopyInputStream& message, std::size_t bytes,
                                                const core::SharedMemory* memory = nullptr);

/// The id of a message that could not be decoded, for the error's answer; "" where that too cannot be read.
std::string id_of_infer_message(google::protobuf::io::ZeroCopyInputStream& message, std::size_t bytes);

/// Encodes an inference.ModelInferResponse, of which form_outputs() has made what `form` asks: parts that follow one
/// another on the wire. Outputs move into it as raw_output_contents, without a copy; those in shared memory have empty
/// ones, since clients count them.
std::vector<core::Buffer> encode_infer_message(core::Response response, const OutputForm& form = {});

/// Of what request an answer is, where it is an error.
struct StreamRequest {
  std::string id{};
  std::string model{};
  std::string version{};
};

/// The same within an inference.ModelStreamInferResponse; an error becomes its error_message. Each says that it is its
/// request's last (triton_final_response), which clients of models with several answers wait for.
std::vector<core::Buffer> encode_stream_message(core::Result<core::Response> result, const StreamRequest& request,
                                                const OutputForm& form = {});

}  // namespace slipway::protocol
