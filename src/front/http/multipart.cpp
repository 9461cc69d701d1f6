#include "front/http/multipart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

namespace slipway::front::http {

namespace {

constexpr std::size_t parts_max = 100;
constexpr std::string_view line_end = "\r\n";

/// The value of `;name=value` or `;name="value"` in a header; "" where there is none.
std::string parameter(std::string_view header, std::string_view name) {
  header.remove_prefix(std::min(header.find(';'), header.size()));
  for (const auto& [key, value] : boost::beast::http::param_list(header)) {
    if (boost::beast::iequals(key, name)) return std::string(value);
  }
  return "";
}

void read_header(std::string_view line, Part& part) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  if (boost::beast::iequals(name, "content-disposition")) {
    part.name = parameter(value, "name");
  } else if (boost::beast::iequals(name, "content-type")) {
    part.content_type = value;
  }
}

/// Headers, an empty line, content.
core::Result<Part> read_part(std::string_view text) {
  Part part;
  while (true) {
    const auto end = text.find(line_end);
    if (end == std::string_view::npos) return core::invalid("a part of the form has no end of its headers");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + line_end.size());
    if (line.empty()) break;
    read_header(line, part);
  }
  part.content = text;
  return part;
}

}  // namespace

bool is_multipart(std::string_view content_type) {
  constexpr std::string_view kind = "multipart/form-data";
  return boost::beast::iequals(content_type.substr(0, kind.size()), kind);
}

core::Result<std::vector<Part>> multipart_parts(std::string_view content_type, std::string_view body) {
  const std::string boundary = parameter(content_type, "boundary");
  if (boundary.empty()) return core::invalid("Content-Type multipart/form-data without its boundary");
  const std::string delimiter = fmt::format("\r\n--{}", boundary);
  // the first delimiter may stand at the very beginning, without the line end before it
  const std::string_view first = std::string_view(delimiter).substr(line_end.size());
  const auto begin = body.starts_with(first) ? 0 : body.find(delimiter);
  if (begin == std::string_view::npos)
    return core::invalid(fmt::format("the form has no part: its boundary \"{}\" is not in it", boundary));
  body.remove_prefix(begin == 0 ? first.size() : begin + delimiter.size());
  std::vector<Part> parts;
  while (!body.starts_with("--")) {
    body.remove_prefix(std::min(body.find(line_end), body.size()));
    if (body.empty()) return core::invalid("the form ends in the middle of a part");
    body.remove_prefix(line_end.size());
    const auto end = body.find(delimiter);
    if (end == std::string_view::npos) return core::invalid("the form ends in the middle of a part");
    if (parts.size() == parts_max) return core::invalid(fmt::format("the form has more than {} parts", parts_max));
    TRY(Part part, read_part(body.substr(0, end)));
    parts.push_back(std::move(part));
    body.remove_prefix(end + delimiter.size());
  }
  return parts;
}

}  // namespace slipway::front::http
