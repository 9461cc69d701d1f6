#include "cli/infer_remote.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/http_client.hpp"
#include "cli/v2_client.hpp"
#include "protocol/friendly.hpp"
#include "protocol/json_tensor.hpp"

namespace slipway::cli {

namespace json = boost::json;
using core::Code;

namespace {

/// The sentence of `{"error": "…"}`, or the body itself.
std::string sentence_of(const std::string& body) {
  boost::system::error_code failure;
  const json::value value = json::parse(body, failure);
  const json::object* object = failure ? nullptr : value.if_object();
  const json::value* error = object == nullptr ? nullptr : object->if_contains("error");
  return error != nullptr && error->is_string() ? std::string(error->get_string()) : body;
}

/// A running server, asked within one limit a request.
class Remote {
 public:
  Remote(Url url, std::chrono::milliseconds limit) : url_(std::move(url)), limit_(limit) {}

  core::Result<HttpAnswer> ask(const HttpQuestion& question) const {
    TRY(HttpAnswer answer, http_request(url_, question, limit_));
    if (answer.status == 200) return answer;
    const Code code = answer.status >= 500 ? Code::unavailable : Code::invalid_argument;
    return core::fail(code, fmt::format("{} {}: status {}: {}", question.method, question.path, answer.status,
                                        sentence_of(answer.body)));
  }

  core::Result<json::value> ask_json(std::string_view method, const std::string& path) const {
    TRY(const HttpAnswer answer, ask({.method = method, .path = path}));
    boost::system::error_code failure;
    json::value value = json::parse(answer.body, failure);
    if (failure) return core::fail(Code::unavailable, fmt::format("{}: the answer is not JSON", path));
    return value;
  }

  /// The path of the model: the address's own, or that of the one model the server lists.
  core::Result<std::string> model_path() const {
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
    if (names.size() == 1) return "/v2/models/" + names.front();
    return core::fail(Code::invalid_argument, fmt::format("the server has {} models ({}); name one: …/v2/models/NAME",
                                                          names.size(), fmt::join(names, ", ")));
  }

  /// Whether the server takes binary tensors, which lose nothing; JSON has no NaN.
  core::Result<bool> takes_binary() const {
    TRY(const json::value metadata, ask_json("GET", "/v2"));
    try {
      return std::ranges::count(metadata.at("extensions").as_array(), "binary_tensor_data") != 0;
    } catch (const std::exception&) {
      return false;
    }
  }

  /// Whether the service of that name, of a server of ours, answers with labels.
  core::Result<bool> gives_labels(std::string_view name) const {
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

  core::Result<std::vector<core::TensorInfo>> inputs(const std::string& path) const {
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

 private:
  Url url_;
  std::chrono::milliseconds limit_;
};

core::Result<std::string> friendly_json(const core::Request& request) {
  std::string body = "{";
  for (const core::TensorView& input : request.inputs) {
    if (body.size() > 1) body += ',';
    protocol::append_string(body, input.name);
    body += ':';
    TRY_VOID(protocol::append_nested(body, input));
  }
  body += '}';
  return body;
}

/// The name behind "/services/", without a version.
std::string_view service_of(std::string_view path) {
  constexpr std::string_view services = "/services/";
  if (!path.starts_with(services)) return {};
  path.remove_prefix(services.size());
  return path.substr(0, path.find('/'));
}

core::Result<std::string> ask_v2(const Remote& remote, const std::string& path, const core::Request& request) {
  TRY(const bool binary, remote.takes_binary());
  TRY(const V2Question question, v2_question(request, binary));
  const std::string infer = path + "/infer";
  TRY(const HttpAnswer answer, remote.ask({.method = "POST",
                                           .path = infer,
                                           .body = question.body,
                                           .content_type = binary ? "application/octet-stream" : "application/json",
                                           .json_bytes = binary ? std::optional(question.json_bytes) : std::nullopt}));
  auto response = v2_answer(answer.body, answer.json_bytes);
  if (!response) return std::unexpected(response.error().within(infer));
  return protocol::encode_friendly(*response);
}

}  // namespace

core::Result<std::string> infer_remote(const RemoteQuestion& asked, core::Buffer input, InputKind kind) {
  TRY(const Url url, parse_url(asked.address));
  const Remote remote(url, asked.limit);
  TRY(std::string path, remote.model_path());
  if (!asked.version.empty()) {
    if (path.find("/versions/") != std::string::npos) {
      return core::fail(Code::invalid_argument,
                        fmt::format("--version {}: {} names a version already", asked.version, asked.address));
    }
    path += "/versions/" + asked.version;
  }
  constexpr std::string_view models = "/v2/models/";
  const std::string door = "/services/" + path.substr(models.size());
  if (kind == InputKind::thing) {
    TRY(HttpAnswer answer,
        remote.ask({.method = "POST", .path = door, .body = input.text(), .content_type = "application/octet-stream"}));
    return std::move(answer.body);
  }
  TRY(const std::vector<core::TensorInfo> inputs, remote.inputs(path));
  TRY(const core::Request request, request_from(std::move(input), kind, inputs, asked.input_name));
  const std::string_view service = service_of(url.path);
  if (service.empty()) return ask_v2(remote, path, request);
  TRY(const bool labels, remote.gives_labels(service));
  if (!labels) return ask_v2(remote, path, request);
  TRY(const std::string body, friendly_json(request));
  TRY(HttpAnswer answer,
      remote.ask({.method = "POST", .path = door, .body = body, .content_type = "application/json"}));
  return std::move(answer.body);
}

}  // namespace slipway::cli
