#pragma once

#include <filesystem>
#include <string>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "models/repository.hpp"

namespace slipway::models {

/// How models are looked for.
struct Search {
  const config::ModelSpec& over;
  const Asked* asked = nullptr;  ///< null: all are

  std::filesystem::path files_in() const { return asked != nullptr ? asked->files_in : std::filesystem::path(); }
  const std::string* config() const { return asked != nullptr && asked->config ? &*asked->config : nullptr; }
};

/// A model's name, which is known where the rest of what is said of it is wrong, and that rest.
struct Named {
  std::string name;
  core::Result<config::ModelSpec> spec;
};

/// What `yaml`, its model.yaml, and the command line say of the model called `name`, which is that of its file or
/// folder, and over them the client that asks for it with a configuration, whose files lie in `folder`. Warnings are
/// noted in `found`.
Named said_of(const std::filesystem::path& yaml, const Search& search, const std::string& name,
              const std::filesystem::path& folder, Found& found);

/// What a model's folder says of it: config.pbtxt, then model.yaml, then the command line, the later winning; or what a
/// client's configuration, in the place of config.pbtxt, says over the others.
Named said_in(const std::filesystem::path& folder, const Search& search, Found& found);

}  // namespace slipway::models
