#include "models/choice_file.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <random>
#include <sstream>
#include <system_error>

namespace slipway::models {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

fs::path file_of(const fs::path& folder, const std::string& key) {
  return folder / "backend-choice" / fmt::format("{}.json", key);
}

std::string text_of(const json::value& object, std::string_view key) {
  return std::string(object.as_object().at(key).as_string());
}

/// Throws where the text is no choice.
Choice parse(const std::string& text) {
  const json::value document = json::parse(text);
  Choice choice{.backend = text_of(document, "backend"), .speeds = {}};
  for (const json::value& entry : document.as_object().at("speeds").as_array()) {
    choice.speeds.push_back({.backend = text_of(entry, "backend"),
                             .all_cores = entry.as_object().at("all_cores").to_number<double>(),
                             .one_caller = entry.as_object().at("one_caller").to_number<double>(),
                             .remark = text_of(entry, "remark"),
                             .files = text_of(entry, "files")});
  }
  const bool measured =
      std::ranges::any_of(choice.speeds, [&](const BackendSpeed& speed) { return speed.backend == choice.backend; });
  if (!measured) throw std::invalid_argument("the backend that it names is not among those measured");
  return choice;
}

}  // namespace

std::string files_stamp(const std::vector<fs::path>& files) {
  std::string stamp;
  for (const fs::path& file : files) {
    if (file.empty()) continue;
    std::error_code failure;
    const std::uintmax_t size = fs::file_size(file, failure);
    const auto changed = fs::last_write_time(file, failure).time_since_epoch().count();
    stamp += fmt::format("{}\n{} {}\n", file.string(), failure ? 0 : size, failure ? 0 : changed);
  }
  return stamp;
}

bool is_current(const std::string& stamp) {
  std::vector<fs::path> files;
  std::istringstream lines(stamp);
  std::string line;
  for (bool is_path = true; std::getline(lines, line); is_path = !is_path) {
    if (is_path) files.emplace_back(line);
  }
  return files_stamp(files) == stamp;
}

std::optional<fs::path> cache_folder() {
  const auto variable = [](const char* name) -> fs::path {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  if (fs::path own = variable("SLIPWAY_CACHE_DIR"); !own.empty()) return own;
  if (const fs::path cache = variable("XDG_CACHE_HOME"); cache.is_absolute()) return cache / "slipway";
  if (const fs::path home = variable("HOME"); home.is_absolute()) return home / ".cache" / "slipway";
  return std::nullopt;
}

std::optional<Choice> read_choice(const fs::path& folder, const std::string& key) {
  const fs::path file = file_of(folder, key);
  std::error_code not_there;
  if (!fs::is_regular_file(file, not_there)) return std::nullopt;  // a pipe would be waited for
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  try {
    return parse(text.str());
  } catch (const std::exception& error) {
    spdlog::warn("{}: is not what was written there and is not used: {}", file.string(), error.what());
    return std::nullopt;
  }
}

core::Result<void> write_choice(const fs::path& folder, const std::string& key, const Choice& choice) {
  json::array speeds;
  for (const BackendSpeed& speed : choice.speeds) {
    speeds.push_back(json::object{{"backend", speed.backend},
                                  {"all_cores", speed.all_cores},
                                  {"one_caller", speed.one_caller},
                                  {"remark", speed.remark},
                                  {"files", speed.files}});
  }
  const fs::path file = file_of(folder, key);
  // neither a thread nor a process, which in another container may have the same number, writes this one too
  const fs::path beside = fmt::format("{}.{:08x}", file.string(), std::random_device{}());
  std::error_code failure;
  fs::create_directories(file.parent_path(), failure);
  if (!failure) {
    std::ofstream out(beside, std::ios::binary);
    out << json::serialize(json::object{{"backend", choice.backend}, {"speeds", std::move(speeds)}}) << '\n';
    out.close();
    if (!out) failure = std::make_error_code(std::errc::io_error);
  }
  if (!failure) fs::rename(beside, file, failure);
  if (!failure) return {};
  std::error_code ignored;
  fs::remove(beside, ignored);
  return core::fail(core::Code::unavailable, fmt::format("{}: cannot be written: {}; SLIPWAY_CACHE_DIR names another "
                                                         "folder, and `backend` in model.yaml spares the measuring",
                                                         file.string(), failure.message()));
}

}  // namespace slipway::models
