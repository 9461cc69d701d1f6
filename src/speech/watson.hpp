#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "models/model_version.hpp"
#include "speech/phrase.hpp"

namespace slipway::speech {

/// What a client of Watson's asks for, by the query or by the message that starts a stream.
struct WatsonOptions {
  std::string model;  ///< "" asks for the first
  std::string content_type;
  bool timestamps = false;
  bool word_confidence = false;
  bool profanity_filter = true;
  bool smart_formatting = false;  ///< of final English texts
  bool split_at_phrase_end = false;
  bool interim_results = false;
  double inactivity_timeout = 30;  ///< seconds of silence that end a stream; negative: none do
  std::vector<std::string> warnings;

  /// Takes one parameter. One that is known to Watson and not here, or to nobody, makes a warning; invalid_argument for
  /// a value that cannot be.
  core::Result<void> set(std::string_view name, std::string_view value);
  /// The same of a message's field, which may be a number or true where a query has text.
  core::Result<void> set_json(std::string_view name, const boost::json::value& value);
};

/// One entry of `results`.
boost::json::object watson_result(const Phrase& phrase, const WatsonOptions& options, bool final);

/// The answer to a whole recording: a result for each phrase when that is asked for, else one for what pauses of less
/// than 0.8 s join. `model` is named in warnings of what it does not give.
std::string watson_answer(const Transcript& transcript, WatsonOptions options, std::string_view model);

/// A warning for each thing that is asked for and that the phrases lack.
void warn_of_missing(WatsonOptions& options, const std::vector<Phrase>& phrases, std::string_view model);

/// What `GET /v1/models/ID` of Watson's tells of a model.
boost::json::object watson_model(const models::ModelVersion& version);

}  // namespace slipway::speech
