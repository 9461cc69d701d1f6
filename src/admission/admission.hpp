#pragma once

#include "core/error.hpp"
#include "core/request.hpp"
#include "models/registry.hpp"

namespace slipway::admission {

/// The one door to every model: checks names, types, shapes, sizes and the deadline of the request,
/// puts its inputs in the model's order and queues it. `done` is called exactly once, at once when it was refused.
///
/// The sentence of a refusal names model and input, what was given and what was expected:
/// `input "x" of model "digits": shape [3,7] given, [-1,64] expected`. Safe from any thread.
void infer(const models::Handle& version, core::Request request, core::Completion done);

}  // namespace slipway::admission
