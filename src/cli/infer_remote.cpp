#include "cli/infer_remote.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/http_client.hpp"
#include "cli/v2_client.hpp"
#include "cli/v2_remote.hpp"
#include "core/percent_coding.hpp"
#include "protocol/friendly.hpp"
#include "protocol/json_tensor.hpp"

namespace slipway::cli {

using core::Code;

namespace {

core::Result<std::string> friendly_json(const core::Request& request) {
  std::string body = "{";
  for (const core::TensorView& input : request.inputs) {
    if (body.size() > 1) body += ',';
    protocol::append_string(body, input.name);
    body += ':';
    TRY_VOID(protocol::append_nested(body, input, protocol::Written::exact));
  }
  body += '}';
  return body;
}

/// The name behind "/services/", without a version.
std::string service_of(std::string_view path) {
  constexpr std::string_view services = "/services/";
  if (!path.starts_with(services)) return {};
  path.remove_prefix(services.size());
  path = path.substr(0, path.find('/'));
  return core::percent_decoded(path).value_or(std::string(path));
}

core::Result<std::string> ask_v2(const V2Remote& remote, const std::string& path, const core::Request& request) {
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
  const V2Remote remote(url, asked.limit);
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
  const auto given = request_from(std::move(input), kind, inputs, asked.input_name);
  if (!given) return std::unexpected(given.error().within(asked.file));
  const core::Request& request = *given;
  const std::string service = service_of(url.path);
  if (service.empty()) return ask_v2(remote, path, request);
  TRY(const bool labels, remote.gives_labels(service));
  if (!labels) return ask_v2(remote, path, request);
  TRY(const std::string body, friendly_json(request));
  TRY(HttpAnswer answer,
      remote.ask({.method = "POST", .path = door, .body = body, .content_type = "application/json"}));
  return std::move(answer.body);
}

}  // namespace slipway::cli
