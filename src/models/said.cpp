#include "models/said.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "config/model_name.hpp"
#include "config/triton_config.hpp"
#include "core/printable.hpp"
#include "core/readable.hpp"

namespace slipway::models {

namespace fs = std::filesystem;
using core::Code;

namespace {

/// What model.yaml and the command line say of the model called `name`, which is that of its file or folder, over what
/// `base` says.
core::Result<config::ModelSpec> spec_for(const fs::path& yaml, const Search& search, const std::string& name,
                                         config::ModelSpec base = {}) {
  config::ModelSpec spec = std::move(base);
  if (core::is_there(yaml)) {
    TRY(const auto said, config::load_model_yaml(yaml, search.files_in()));
    spec = config::merge(std::move(spec), said);
  }
  spec = config::merge(std::move(spec), search.over);
  if (spec.name.empty()) spec.name = name;
  if (config::is_model_name(spec.name)) return spec;
  return core::fail(
      Code::invalid_argument,
      fmt::format(R"(model "{}", as its file or folder is called: {}; "name" of its model.yaml may give it another)",
                  core::printable(spec.name), config::expected_model_name));
}

Named named(const std::string& name, core::Result<config::ModelSpec> spec) {
  std::string called = spec ? spec->name : core::printable(name);
  return {std::move(called), std::move(spec)};
}

/// What a client's configuration says over what model.yaml and the command line do.
core::Result<config::ModelSpec> with_config(config::ModelSpec spec, const std::string& json, const fs::path& folder,
                                            Found& found) {
  TRY(config::TritonConfig config, config::read_triton_config_json(json, folder));
  config.spec.name.clear();
  std::ranges::move(config.warnings, std::back_inserter(found.notes));
  // the two are one choice, which a configuration makes
  if (config.spec.batching) spec.sequence.reset();
  // a configuration says how many may be open only where they are more than usual; model.yaml may say fewer
  const config::SequenceSpec usual;
  if (spec.sequence && config.spec.sequence && config.spec.sequence->max_sequences == usual.max_sequences)
    config.spec.sequence->max_sequences = spec.sequence->max_sequences;
  return config::merge(std::move(spec), config.spec);
}

}  // namespace

Named said_of(const fs::path& yaml, const Search& search, const std::string& name, const fs::path& folder,
              Found& found) {
  Named model = named(name, spec_for(yaml, search, name));
  if (model.spec && search.config() != nullptr)
    model.spec = with_config(*std::move(model.spec), *search.config(), folder, found);
  return model;
}

Named said_in(const fs::path& folder, const Search& search, Found& found) {
  const std::string name = folder.filename().string();
  const fs::path pbtxt = folder / "config.pbtxt";
  if (search.config() != nullptr || !core::is_there(pbtxt))
    return said_of(folder / "model.yaml", search, name, folder, found);
  const auto read = [&]() -> core::Result<config::ModelSpec> {
    TRY(config::TritonConfig config, config::load_triton_config(pbtxt));
    if (!config.spec.name.empty() && config.spec.name != name) {
      return core::fail(Code::invalid_argument,
                        fmt::format(R"({}: the name "{}" given, that of the folder, "{}", expected)", pbtxt.string(),
                                    config.spec.name, name));
    }
    std::ranges::move(config.warnings, std::back_inserter(found.notes));
    return spec_for(folder / "model.yaml", search, name, std::move(config.spec));
  };
  return named(name, read());
}

}  // namespace slipway::models
