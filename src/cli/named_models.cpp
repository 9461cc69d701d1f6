#include "cli/named_models.hpp"

#include <fmt/format.h>

#include <utility>

#include "app/model_loading.hpp"
#include "ship/model_files.hpp"

namespace slipway::cli {

core::Result<NamedModels> named_models(const std::filesystem::path& path, const config::ModelSpec& over) {
  TRY(app::Plan planned, app::plan_from({path}, over));
  NamedModels named{.given = models::named_path(path), .server = std::move(planned.server), .sources = {}, .notes = {}};
  std::error_code failure;
  named.is_folder = std::filesystem::is_directory(named.given, failure);
  named.is_app = app::is_app_file(named.given);
  TRY(models::Found found, ship::find_all(planned.models));
  if (found.sources.empty()) return core::invalid(fmt::format("{}: no model is in it", named.given.string()));
  named.sources = std::move(found.sources);
  named.notes = std::move(found.notes);
  return named;
}

}  // namespace slipway::cli
