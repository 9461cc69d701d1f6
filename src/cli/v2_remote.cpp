#include "cli/v2_remote.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>

#include "core/percent_coding.hpp"
#include "protocol/error_body.hpp"

namespace slipway::cli {

namespace json = boost::json;
using core::Code;

core::Result<HttpAnswer> V2Remote::ask(const HttpQuestion& question) const {
  TRY(HttpAnswer answer, http_request(url_, question, limit_));
  if (answer.status == 200) return answer;
  const Code code = answer.status >= 500 ? Code::unavailable : Code::invalid_argument;
  return core::fail(code, fmt::format("{} {}: status {}: {}", question.method, question.path, answer.status,
                                      protocol::error_sentence(answer.body)));
}

core::Result<json::value> V2Remote::ask_json(std::string_view method, const std::string& path) const {
  TRY(const HttpAnswer answer, ask({.method = method, .path = path}));
  boost::system::error_code failure;
  json::value value = json::parse(answer.body, failure);
  if (failure) return core::fail(Code::unavailable, fmt::format("{}: the answer is not JSON", path));
  return value;
}

core::Result<std::string> V2Remote::model_path() const {
  if (url_.path.starts_with("/v2/models/")) return url_.path;
  constexpr std::string_view services = "/services/";
  if (url_.path.starts_with(services)) return "/v2/models/" + url_.path.substr(services.size());
  if (!url_.path.empty() && url_.path != "/v2") {
    return core::fail(Code::invalid_argument,
                      fmt::format("{}: /v2/models/NAME or /services/NAME expected behind the server", url_.path));
  }
  TRY(const json::value index, ask_json("POST", "/v2/repository/index"));
  std::vector<std::string> names;
  try {
    for (const json::value& entry : index.as_array()) {
      std::string name(entry.at("name").as_string());
      if (names.empty() || names.back() != name) names.push_back(std::move(name));
    }
  } catch (const std::exception&) {
    return core::fail(Code::unavailable, "the server's repository index is not as the protocol has it");
  }
  if (names.size() == 1) return "/v2/models/" + core::path_segment(names.front());
  return core::fail(Code::invalid_argument, fmt::format("the server has {} models ({}); name one: …/v2/models/NAME",
                                                        names.size(), fmt::join(names, ", ")));
}

core::Result<bool> V2Remote::has_extension(std::string_view name) const {
  TRY(const json::value metadata, ask_json("GET", "/v2"));
  try {
    return std::ranges::count(metadata.at("extensions").as_array(), json::value(json::string(name))) != 0;
  } catch (const std::exception&) {
    return false;
  }
}

core::Result<bool> V2Remote::takes_binary() const { return has_extension("binary_tensor_data"); }

core::Result<bool> V2Remote::gives_labels(std::string_view name) const {
  TRY(const json::value document, ask_json("GET", "/services"));
  try {
    for (const json::value& service : document.at("services").as_array()) {
      if (service.at("name").as_string() == json::string_view(name.data(), name.size()))
        return service.at("gives").as_string() == "labels";
    }
  } catch (const std::exception&) {
    return core::fail(Code::unavailable, "/services: the answer is not a list of services");
  }
  return false;
}

core::Result<std::vector<core::TensorInfo>> V2Remote::inputs(const std::string& path) const {
  TRY(const json::value metadata, ask_json("GET", path));
  std::vector<core::TensorInfo> inputs;
  try {
    for (const json::value& input : metadata.at("inputs").as_array()) {
      core::TensorInfo info;
      info.name = input.at("name").as_string();
      const std::string type(input.at("datatype").as_string());
      const auto dtype = core::dtype_from_name(type);
      if (!dtype) return core::fail(Code::unimplemented, fmt::format("input \"{}\" has type {}", info.name, type));
      info.dtype = *dtype;
      for (const json::value& dim : input.at("shape").as_array()) info.shape.push_back(dim.to_number<std::int64_t>());
      inputs.push_back(std::move(info));
    }
  } catch (const std::exception&) {
    return core::fail(Code::unavailable, fmt::format("{}: the metadata is not as the protocol has it", path));
  }
  return inputs;
}

}  // namespace slipway::cli
