#pragma once

#include "config/model_spec.hpp"

namespace YAML {
class Emitter;
}

namespace slipway::config {

/// Writes the keys of a model.yaml that say this, into a mapping that was begun. Labels are written themselves, and not
/// the file that they came from.
void put_model(YAML::Emitter& out, const ModelSpec& spec);

}  // namespace slipway::config
