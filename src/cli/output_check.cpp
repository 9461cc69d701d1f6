#include "cli/output_check.hpp"

#include <fmt/format.h>

#include <system_error>

#include "measure/model_report.hpp"

namespace slipway::cli {

namespace fs = std::filesystem;

std::vector<fs::path> files_read(const std::vector<models::Source>& sources) {
  std::vector<fs::path> files;
  for (const models::Source& source : sources) {
    files.push_back(source.path);
    files.insert(files.end(), source.spec.files.begin(), source.spec.files.end());
    const auto report = measure::read_model_report(source.path);
    if (!report) continue;
    for (const std::string& name : report->external_files) files.push_back(source.path.parent_path() / name);
  }
  return files;
}

std::vector<fs::path> files_read(const NamedModels& named) {
  std::vector<fs::path> files = files_read(named.sources);
  if (named.is_app) files.push_back(named.given);
  return files;
}

core::Result<void> check_not_read(const std::string& option, const fs::path& output,
                                  const std::vector<fs::path>& read) {
  std::error_code failure;
  const fs::path real = fs::weakly_canonical(output, failure);
  if (!fs::is_regular_file(output, failure)) return {};
  for (const fs::path& file : read) {
    const fs::path below = real.lexically_relative(fs::weakly_canonical(file, failure));
    const bool is_in = fs::is_directory(file, failure) && !below.empty() && *below.begin() != "..";
    if (is_in || fs::equivalent(output, file, failure))
      return core::invalid(
          fmt::format("{} {}: is read, as {}, and would be overwritten; another name or folder expected", option,
                      output.string(), file.string()));
  }
  return {};
}

}  // namespace slipway::cli
