#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "core/tensor.hpp"
#include "protocol/output_form.hpp"

namespace slipway::protocol {

/// Decodes the body of a V2 inference request (Open Inference Protocol, with the binary tensor data extension).
///
/// `json_bytes` is the header Inference-Header-Content-Length: nothing when it is absent (the body is all JSON); 0 for
/// a body of raw bytes, which is then the one input of a model that has one (its dynamic dimensions are worked out
/// where at most one is unknown besides the batch). Binary tensors are views of `body`, which moves into the request's
/// storage; those not aligned to their element are copied. JSON numbers are parsed straight into the tensor's memory;
/// nested and flat lists are both taken. Inputs in shared memory are copied from the regions of `memory`. `inputs` are
/// the model's, for the raw body alone.
///
/// Model and version stand in the path and are the caller's to set. invalid_argument names the byte where JSON is
/// wrong, and the input or output that is.
core::Result<DecodedInfer> decode_infer(core::Buffer body, std::optional<std::size_t> json_bytes,
                                        std::span<const core::TensorInfo> inputs,
                                        const core::SharedMemory* memory = nullptr);

/// The answer: the JSON, then the binary tensors; `json_bytes` is set when there are any.
struct EncodedInfer {
  std::vector<core::Buffer> body;
  std::optional<std::size_t> json_bytes;
};

/// Encodes an answer, of which form_outputs() has made what `form` asks. Floats are written shortest-round-trip; NaN
/// and infinities, which JSON lacks, make an invalid_argument that asks for binary output. Binary outputs move into the
/// answer without a copy.
core::Result<EncodedInfer> encode_infer(core::Response response, const OutputForm& form);

}  // namespace slipway::protocol
