#include "presentation/static_files.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "presentation/json.hpp"

namespace crm {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> content_types = {
    {{".html", "text/html; charset=utf-8"},
     {".js", "text/javascript; charset=utf-8"},
     {".mjs", "text/javascript; charset=utf-8"},
     {".css", "text/css; charset=utf-8"},
     {".svg", "image/svg+xml"},
     {".png", "image/png"},
     {".woff2", "font/woff2"},
     {".json", "application/json"},
     {".webmanifest", "application/manifest+json"}}};

std::string_view type_of(const std::filesystem::path& path) {
  const auto ending = path.extension().string();
  for (const auto& [known, type] : content_types) {
    if (ending == known) return type;
  }
  return "application/octet-stream";
}

}  // namespace

StaticFiles::StaticFiles(const std::filesystem::path& folder) : folder_(std::filesystem::weakly_canonical(folder)) {}

Response StaticFiles::get(const Request& request) const {
  if (!request.reads_only()) return wrong_method("GET");
  Response missing{.status = 404, .content_type = "text/plain; charset=utf-8", .body = "there is no such page\n"};
  std::error_code error;
  auto path = std::filesystem::weakly_canonical(folder_ / request.path.substr(1), error);
  if (error) return missing;
  if (std::filesystem::is_directory(path, error)) path /= "index.html";
  // What the path leads to, links followed, must lie in the folder; hidden files are nobody's business.
  const auto inside = path.lexically_relative(folder_).generic_string();
  if (inside.empty() || inside.starts_with('.') || inside.find("/.") != std::string::npos) return missing;
  if (!std::filesystem::is_regular_file(path, error)) return missing;
  std::ifstream file(path, std::ios::binary);
  if (!file) return missing;
  return {.status = 200,
          .content_type = std::string(type_of(path)),
          .body = std::string(std::istreambuf_iterator<char>(file), {}),
          .headers = {{"Cache-Control", "no-cache"}}};
}

}  // namespace crm
