#include "ship/containerfile.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <set>
#include <string_view>

#include "config/text_file.hpp"
#include "core/io_error.hpp"
#include "core/printable.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

/// A value as the file has it in quotes, where a dollar would begin a variable.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '$') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string words(const std::vector<std::string>& all) { return json::serialize(json::value_from(all)); }

core::Result<void> set_time(const fs::path& file, std::int64_t time) {
  std::error_code failure;
  const auto when = std::chrono::file_clock::from_sys(std::chrono::sys_seconds(std::chrono::seconds(time)));
  fs::last_write_time(file, when, failure);
  if (!failure) return {};
  return core::io_failed(file, failure);
}

fs::perms mode_of(Item::Kind kind) {
  constexpr fs::perms readable =
      fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read | fs::perms::others_read;
  constexpr fs::perms executable = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
  switch (kind) {
    case Item::Kind::file:
    case Item::Kind::text: return readable;
    case Item::Kind::program:
    case Item::Kind::script:
    case Item::Kind::folder: break;
    case Item::Kind::open_folder: return fs::perms::all | fs::perms::sticky_bit;
  }
  return readable | executable;
}

/// Folders are open to all, whatever this user's own new ones are: the image's user is another.
core::Result<void> make_folders(const fs::path& folder, const fs::path& top, std::set<fs::path>& made) {
  if (folder == top || !made.insert(folder).second) return {};
  TRY_VOID(make_folders(folder.parent_path(), top, made));
  std::error_code failure;
  fs::create_directory(folder, failure);
  if (!failure) fs::permissions(folder, mode_of(Item::Kind::folder), failure);
  if (!failure) return {};
  return core::io_failed(folder, failure);
}

core::Result<void> write_item(const Item& item, const fs::path& to) {
  std::error_code failure;
  if (!item.from.empty()) {
    fs::copy_file(item.from, to, failure);
  } else if (item.kind == Item::Kind::open_folder || item.kind == Item::Kind::folder) {
    fs::create_directory(to, failure);
  } else {
    TRY_VOID(config::write_text_file(to, item.text));
  }
  if (!failure) fs::permissions(to, mode_of(item.kind), failure);
  if (!failure) return {};
  return item.from.empty() ? core::cannot_write(to, failure.value())
                           : core::cannot_copy(item.from, to, failure.value());
}

}  // namespace

std::string containerfile(const std::vector<std::string>& titles, const ImageConfig& config, const std::string& name) {
  std::string text = fmt::format("# podman build -t {0} .\n# docker build -t {0} .\nFROM scratch\n", name);
  for (std::size_t i = 0; i < titles.size(); ++i)
    text += fmt::format("# {}\nCOPY [\"layers/{}\", \"/\"]\n", core::printable(titles[i]), i + 1);
  for (const auto& [key, value] : config.labels) text += fmt::format("LABEL {}={}\n", in_quotes(key), in_quotes(value));
  for (const std::string& variable : config.environment) {
    const auto equals = variable.find('=');
    text += fmt::format("ENV {}={}\n", variable.substr(0, equals), in_quotes(variable.substr(equals + 1)));
  }
  for (const std::string& port : config.ports) text += fmt::format("EXPOSE {}\n", port);
  if (!config.health.empty()) text += fmt::format("HEALTHCHECK CMD {}\n", words(config.health));
  return text + fmt::format("STOPSIGNAL {}\nWORKDIR {}\nUSER {}\nENTRYPOINT {}\nCMD {}\n", config.stop_signal,
                            config.work_folder, config.user, words(config.entry_point), words(config.command));
}

core::Result<void> write_tree(const LayerPlan& plan, const fs::path& folder, std::int64_t time) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  std::set<fs::path> folders;
  std::set<std::string_view> seen;
  for (const Item& item : plan.items) {
    if (!seen.insert(item.name).second) continue;
    const fs::path to = folder / item.name;
    TRY_VOID(make_folders(to.parent_path(), folder, folders));
    TRY_VOID(write_item(item, to));
    TRY_VOID(set_time(to, time));
  }
  // what is written into them makes them new
  for (const fs::path& one : folders) TRY_VOID(set_time(one, time));
  return {};
}

core::Result<void> write_build_folder(const std::vector<LayerPlan>& layers, const ImageConfig& config,
                                      const std::string& name, const fs::path& folder) {
  std::vector<std::string> titles;
  for (const LayerPlan& layer : layers) {
    titles.push_back(layer.title);
    TRY_VOID(write_tree(layer, folder / "layers" / std::to_string(titles.size()), config.created));
  }
  return config::write_text_file(folder / "Containerfile", containerfile(titles, config, name));
}

}  // namespace slipway::ship
