#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/http_client.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"

namespace slipway::cli {

/// A running server that speaks the Open Inference Protocol over HTTP, asked within one limit a request. A value; each
/// question blocks. unavailable when nobody answers, or not as the protocol has it; invalid_argument for what the
/// server calls the client's mistake.
///
///   const V2Remote remote(url, 10s);
///   TRY(const std::string path, remote.model_path());
///   TRY(const auto inputs, remote.inputs(path));
class V2Remote {
 public:
  V2Remote(Url url, std::chrono::milliseconds limit) : url_(std::move(url)), limit_(limit) {}

  core::Result<HttpAnswer> ask(const HttpQuestion& question) const;
  /// The path of the model: the address's own, or that of the one model the server lists.
  core::Result<std::string> model_path() const;
  /// Whether the server's metadata lists that extension.
  core::Result<bool> has_extension(std::string_view name) const;
  /// Whether the server takes binary tensors, which lose nothing; JSON has no NaN.
  core::Result<bool> takes_binary() const;
  /// Whether the service of that name, of a server of ours, answers with labels.
  core::Result<bool> gives_labels(std::string_view name) const;
  core::Result<std::vector<core::TensorInfo>> inputs(const std::string& path) const;

 private:
  core::Result<boost::json::value> ask_json(std::string_view method, const std::string& path) const;

  Url url_;
  std::chrono::milliseconds limit_;
};

}  // namespace slipway::cli
