#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "core/tensor.hpp"
#include "models/model_version.hpp"
#include "protocol/shared_tensor.hpp"

namespace slipway::protocol {

/// What the parameters of a requested output ask for.
struct OutputWish {
  std::string name;
  std::optional<bool> binary;
  std::int64_t classes = 0;  ///< so many of the best classes in place of the scores; 0: the scores
  SharedClaim shared;        ///< the bytes go there, and not into the answer
  core::SharedSlice place;   ///< what `shared` claims, once the region is found

  bool says_nothing() const { return !binary && classes == 0 && !shared.is_made(); }
};

/// How the client wants its outputs, read with the request and used for the answer. `binary_data_output` of the request
/// is the default for every output; an output's own `binary_data` wins.
struct OutputForm {
  bool binary_by_default = false;
  std::vector<OutputWish> wishes;  ///< of the outputs for which something is said

  const OutputWish* wish_for(std::string_view output) const;
  bool is_binary(std::string_view output) const;
  /// The wish of an output whose bytes form_outputs() has put into shared memory; null where they are in the answer.
  const OutputWish* shared(std::string_view output) const;
};

/// A request, and the form that its answer takes.
struct DecodedInfer {
  core::Request request;  ///< deadline and times are the caller's to set, and what the door has not in its messages
  OutputForm form;
};

/// Reads one parameter of a requested output; one that is not known is passed over. invalid_argument for a value of
/// the wrong kind; the sentence begins with nothing, the caller adds which output it was.
core::Result<void> read_output_parameter(OutputWish& wish, std::string_view key, const core::Parameter& value);

/// Notes that an output is requested, with what is wished of it. invalid_argument for wishes that cannot be fulfilled:
/// a region that `memory` does not have, classes in shared memory. The sentence names the output.
core::Result<void> request_output(DecodedInfer& decoded, OutputWish wish, const core::SharedMemory* memory);

/// What of a model bears on the form of its outputs. Refers to the version.
struct OutputOrigin {
  const config::ModelSpec& spec;
  std::span<const core::TensorInfo> outputs;
  bool batches = false;
};
OutputOrigin origin_of(const models::ModelVersion& version);

/// Gives the outputs of an answer the form that is wished: classes in place of scores, bytes in shared memory. What is
/// left is the encoder's: where the other bytes stand. invalid_argument where an output cannot have that form or does
/// not fit its place; else as SharedRegion::write.
core::Result<void> form_outputs(core::Response& response, const OutputForm& form, const OutputOrigin& origin);

}  // namespace slipway::protocol
