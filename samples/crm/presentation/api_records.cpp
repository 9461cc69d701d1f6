#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "business/text.hpp"
#include "presentation/api.hpp"
#include "presentation/json.hpp"

namespace crm {
namespace {

/// "/api/notes/7/recording" into notes, 7, recording.
std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  constexpr std::string_view root = "/api/";
  if (!path.starts_with(root)) return parts;
  for (path.remove_prefix(root.size());;) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos || parts.size() > 3) return parts;
    path.remove_prefix(slash + 1);
  }
}

Response nothing_here(const Request& request) {
  return answer(Error{Code::not_found, "there is nothing at " + request.path, {}, nullptr});
}

Result<std::int64_t> number_parameter(const Request& request, const std::string& name, std::int64_t standard) {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return standard;
  const auto number = whole_number(found->second);
  if (!number) return refuse(Code::invalid, name + ": a whole number expected, \"" + found->second + "\" given", name);
  return *number;
}

Result<std::int64_t> version_of(const boost::json::object& body) {
  const auto* version = body.if_contains("version");
  if (version == nullptr || !version->is_int64()) {
    return refuse(Code::invalid, "version: the version that you changed must be given, a whole number", "version");
  }
  return version->get_int64();
}

}  // namespace

Response Api::record_call(const Request& request, const User& user) {
  const auto parts = parts_of(request.path);
  const auto* kind = parts.empty() ? nullptr : find_kind(parts[0]);
  if (kind == nullptr || parts.size() > 3) return nothing_here(request);
  if (parts.size() == 1) {
    if (request.reads_only()) return list(request, *kind);
    if (request.method != "POST") return wrong_method("GET, POST");
    const auto body = read_object(request);
    if (!body) return answer(body.error());
    const auto fields = read_fields(*body);
    if (!fields) return answer(fields.error());
    const auto created = services_.records.create(user, *kind, *fields);
    if (!created) return answer(created.error());
    return answer(to_json(*created), 201);
  }
  const auto id = whole_number(parts[1]);
  if (!id) return nothing_here(request);
  if (parts.size() == 2) return one_call(request, user, *kind, *id);
  if (parts[2] == "history") {
    if (!request.reads_only()) return wrong_method("GET");
    const auto entries = services_.records.history(*kind, *id);
    if (!entries) return answer(entries.error());
    boost::json::array items;
    for (const auto& entry : *entries) items.push_back(to_json(entry));
    return answer({{"items", std::move(items)}});
  }
  if (parts[2] == "recording" && kind == &notes()) return recording_call(request, user, *id);
  return nothing_here(request);
}

Response Api::list(const Request& request, const Kind& kind) {
  const auto page = number_parameter(request, "page", 1);
  if (!page) return answer(page.error());
  const auto size = number_parameter(request, "size", 25);
  if (!size) return answer(size.error());
  ListRequest wanted{.search = request.parameter("q"), .sort = request.parameter("sort"), .page = *page, .size = *size};
  for (const auto& [name, value] : request.query) {
    const bool filter = name != "q" && name != "sort" && name != "page" && name != "size";
    if (filter && !value.empty()) wanted.filters.emplace_back(name, value);
  }
  const auto found = services_.records.list(kind, wanted);
  if (!found) return answer(found.error());
  boost::json::array items;
  items.reserve(found->items.size());
  for (const auto& record : found->items) items.push_back(to_json(record));
  return answer({{"items", std::move(items)}, {"page", found->page}, {"size", found->size}, {"total", found->total}});
}

Response Api::one_call(const Request& request, const User& user, const Kind& kind, std::int64_t id) {
  if (request.reads_only()) {
    const auto record = services_.records.get(kind, id);
    return record ? answer(to_json(*record)) : answer(record.error());
  }
  if (request.method == "PUT") {
    const auto body = read_object(request);
    if (!body) return answer(body.error());
    const auto version = version_of(*body);
    if (!version) return answer(version.error());
    const auto fields = read_fields(*body);
    if (!fields) return answer(fields.error());
    const auto changed = services_.records.change(user, kind, id, *version, *fields);
    return changed ? answer(to_json(*changed)) : answer(changed.error());
  }
  if (request.method == "DELETE") {
    const auto version = whole_number(request.parameter("version"));
    if (!version) {
      return answer(
          Error{Code::invalid, "version: the version that you saw must be given, as ?version=3", "version", nullptr});
    }
    const auto token = services_.records.remove(user, kind, id, *version);
    return token ? answer({{"undo", *token}}) : answer(token.error());
  }
  return wrong_method("GET, PUT, DELETE");
}

Response Api::recording_call(const Request& request, const User& user, std::int64_t id) {
  if (request.reads_only()) {
    auto bytes = services_.records.recording(id);
    if (!bytes) return answer(bytes.error());
    return {.status = 200, .content_type = "audio/wav", .body = std::move(*bytes), .headers = {}};
  }
  if (request.method != "PUT") return wrong_method("GET, PUT");
  const auto put = services_.records.put_recording(user, id, request.body);
  return put ? Response{.status = 204} : answer(put.error());
}

}  // namespace crm
