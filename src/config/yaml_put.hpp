#pragma once

#include <yaml-cpp/yaml.h>

namespace slipway::config {

/// Writes a key and its value into a mapping that was begun.
template <class Value>
void put(YAML::Emitter& out, const char* key, const Value& value) {
  out << YAML::Key << key << YAML::Value << value;
}

}  // namespace slipway::config
