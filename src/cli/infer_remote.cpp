#include "cli/infer_remote.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/http_client.hpp"
#include "protocol/json_tensor.hpp"

namespace slipway::cli {

namespace json = boost::json;
using core::Code;

namespace {

/// A running server, asked within one limit a request.
class Remote {
 public:
  Remote(Url url, std::chrono::milliseconds limit) : url_(std::move(url)), limit_(limit) {}

  core::Result<std::string> ask(std::string_view method, const std::string& path, std::string_view body,
                                std::string_view type) const {
    TRY(HttpAnswer answer, http_request(url_, method, path, body, type, limit_));
    if (answer.status == 200) return std::move(answer.body);
    const Code code = answer.status >= 500 ? Code::unavailable : Code::invalid_argument;
    return core::fail(code, fmt::format("{} {}: status {}: {}", method, path, answer.status, answer.body));
  }

  core::Result<json::value> ask_json(std::string_view method, const std::string& path) const {
    TRY(const std::string body, ask(method, path, "", ""));
    boost::system::error_code failure;
    json::value value = json::parse(body, failure);
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

core::Result<std::string> v2_json(const core::Request& request) {
  std::string body = R"({"inputs":[)";
  for (const core::TensorView& input : request.inputs) {
    if (body.back() == '}') body += ',';
    body += R"({"name":)";
    protocol::append_string(body, input.name);
    body +=
        fmt::format(R"(,"datatype":"{}","shape":{},"data":)", core::name_of(input.dtype), core::to_string(input.shape));
    TRY_VOID(protocol::append_flat(body, input));
    body += '}';
  }
  body += "]}";
  return body;
}

}  // namespace

core::Result<std::string> infer_remote(const std::string& address, core::Buffer input, InputKind kind,
                                       const std::string& input_name, std::chrono::milliseconds limit) {
  TRY(const Url url, parse_url(address));
  const Remote remote(url, limit);
  TRY(const std::string path, remote.model_path());
  if (kind == InputKind::thing) {
    constexpr std::string_view models = "/v2/models/";
    return remote.ask("POST", "/services/" + path.substr(models.size()), input.text(), "application/octet-stream");
  }
  TRY(const std::vector<core::TensorInfo> inputs, remote.inputs(path));
  TRY(const core::Request request, request_from(std::move(input), kind, inputs, input_name));
  TRY(const std::string body, v2_json(request));
  return remote.ask("POST", path + "/infer", body, "application/json");
}

}  // namespace slipway::cli
