#pragma once

#include <memory>
#include <string>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "runtime/backend_registry.hpp"
#include "runtime/model.hpp"

namespace slipway::models {

/// Loads a model with the backend that is asked for. "auto" is the fastest on this machine whose answers are those of
/// the first that can run it: where that is not known from an earlier start (choice_file.hpp), every backend that can
/// loads the model, they are compared (backend_trial.hpp) for at most a second, and all but one let go of it. What
/// was decided, and from when it is known, is logged in one sentence. Where nothing can be compared, the first that
/// can; trouble with the file of choices is a warning.
///
/// Any thread; what else the machine does meanwhile is in the measure.
core::Result<std::shared_ptr<runtime::Model>> load_with_choice(runtime::BackendRegistry& backends,
                                                               const std::string& backend,
                                                               const runtime::LoadOptions& options,
                                                               const std::string& model);

/// Has a model that would be measured run by the first backend that can.
void spare_measuring(config::ModelSpec& spec);

}  // namespace slipway::models
