// The ways to a model that `slipway bench` knows.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "app/app.hpp"
#include "app/logging.hpp"
#include "app/model_loading.hpp"
#include "cli/bench_shared_memory.hpp"
#include "cli/bench_target.hpp"
#include "cli/grpc_remote.hpp"
#include "cli/v2_client.hpp"
#include "cli/v2_remote.hpp"
#include "core/percent_coding.hpp"
#include "measure/grpc_transport.hpp"
#include "measure/http_transport.hpp"
#include "measure/in_process_transport.hpp"
#include "models/made_inputs.hpp"

namespace slipway::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto answer_limit = 10s;
constexpr std::string_view grpc_scheme = "grpc://";

class HttpDoor : public Door {
 public:
  static core::Result<std::unique_ptr<Door>> open(const std::string& address, const TargetOptions& options) {
    auto door = std::make_unique<HttpDoor>();
    TRY(door->url_, parse_url(address));
    if (!options.model.empty()) {
      if (!door->url_.path.empty() && door->url_.path != "/v2")
        return core::invalid(fmt::format("--model {}: {} names one already", options.model, address));
      door->url_.path = "/v2/models/" + core::path_segment(options.model);
    }
    const V2Remote remote(door->url_, answer_limit);
    TRY(door->path_, remote.model_path());
    TRY(const bool takes_binary, remote.takes_binary());
    door->shared_memory_ = options.shared_memory;
    door->binary_ = options.protocol ? *options.protocol == "http" : takes_binary;
    if (door->binary_ && !takes_binary)
      return core::invalid(
          fmt::format("{}: the server takes no binary tensors; --protocol http-json expected", address));
    return door;
  }

  std::string model() const override {
    const std::string_view segment = std::string_view(path_).substr(std::string_view("/v2/models/").size());
    return core::percent_decoded(segment).value_or(std::string(segment));
  }
  std::string protocol() const override { return binary_ ? "http" : "http-json"; }
  core::Result<std::vector<core::TensorInfo>> inputs() const override {
    return V2Remote(url_, answer_limit).inputs(path_);
  }
  core::Result<Way> way(std::vector<core::Tensor> inputs) const override {
    if (shared_memory_) return shared_way_over_http(url_, path_, std::move(inputs), answer_limit);
    core::Request request;
    request.inputs = models::views_of(inputs);
    TRY(V2Question question, v2_question(request, binary_));
    const std::size_t bytes = question.body.size();
    return Way{.transport = std::make_unique<measure::HttpTransport>(
                   measure::HttpRequest{.host = url_.host,
                                        .port = url_.port,
                                        .path = path_ + "/infer",
                                        .content_type = binary_ ? "application/octet-stream" : "application/json",
                                        .json_bytes = binary_ ? std::optional(question.json_bytes) : std::nullopt,
                                        .bodies = {std::move(question.body)}}),
               .request_bytes = bytes};
  }

 private:
  Url url_;
  std::string path_;
  bool binary_ = false;
  bool shared_memory_ = false;
};

class GrpcDoor : public Door {
 public:
  static core::Result<std::unique_ptr<Door>> open(const std::string& address, const TargetOptions& options) {
    TRY(Url url, parse_url(address, grpc_scheme));
    if (!options.model.empty()) {
      if (!url.path.empty())
        return core::invalid(fmt::format("--model {}: {} names one already", options.model, address));
      url.path = "/" + options.model;
    }
    auto door = std::make_unique<GrpcDoor>(std::move(url));
    door->shared_memory_ = options.shared_memory;
    TRY(door->named_, door->remote_.model());
    return door;
  }
  explicit GrpcDoor(Url url) : remote_(std::move(url), answer_limit) {}

  std::string model() const override {
    return named_.version.empty() ? named_.model : fmt::format("{}/versions/{}", named_.model, named_.version);
  }
  std::string protocol() const override { return "grpc"; }
  core::Result<std::vector<core::TensorInfo>> inputs() const override { return remote_.inputs(named_); }
  core::Result<Way> way(std::vector<core::Tensor> inputs) const override {
    if (shared_memory_) return shared_way_over_grpc(remote_, named_, std::move(inputs));
    const std::string message = grpc_question(named_, inputs).SerializeAsString();
    return Way{.transport = std::make_unique<measure::GrpcTransport>(remote_.address(), std::vector{message}),
               .request_bytes = message.size()};
  }

 private:
  GrpcRemote remote_;
  GrpcRemote::Named named_;
  bool shared_memory_ = false;
};

/// A model loaded into this process.
class InProcessDoor : public Door {
 public:
  static core::Result<std::unique_ptr<Door>> open(const TargetOptions& options) {
    auto door = std::make_unique<InProcessDoor>();
    TRY(const app::Plan plan, app::plan_from({options.target}, options.spec));
    TRY_VOID(app::load_models(plan.models, door->models_));
    TRY(door->version_, door->find(options));
    return door;
  }
  InProcessDoor() : backends_(runtime::BackendRegistry::default_folders()), models_(backends_, metrics_) {}
  ~InProcessDoor() override { models_.finish(); }
  InProcessDoor(const InProcessDoor&) = delete;
  InProcessDoor& operator=(const InProcessDoor&) = delete;

  std::string model() const override { return version_->name(); }
  std::string protocol() const override { return "in-process"; }
  core::Result<std::vector<core::TensorInfo>> inputs() const override { return version_->inputs(); }
  core::Result<Way> way(std::vector<core::Tensor> inputs) const override {
    std::size_t bytes = 0;
    for (const core::Tensor& input : inputs) bytes += input.data.size();
    return Way{.transport = std::make_unique<measure::InProcessTransport>(version_, std::move(inputs)),
               .request_bytes = bytes};
  }

 private:
  core::Result<models::Handle> find(const TargetOptions& options) const {
    if (!options.model.empty()) return models_.find(options.model, "");
    const auto services = models_.services();
    if (services.size() == 1) return services.front();
    std::vector<std::string> names;
    names.reserve(services.size());
    for (const models::Handle& service : services) names.push_back(service->name());
    return core::invalid(fmt::format("{}: {} models are there ({}); name one with --model", options.target,
                                     services.size(), fmt::join(names, ", ")));
  }

  runtime::BackendRegistry backends_;
  metrics::Registry metrics_;
  models::Registry models_;
  models::Handle version_;
};

/// A model served by this process on the loopback, and asked there like any other server.
class ServedDoor : public Door {
 public:
  static core::Result<std::unique_ptr<Door>> open(const TargetOptions& options, bool grpc) {
    auto door = std::make_unique<ServedDoor>();
    TRY(door->log_, app::set_up_logging(app::LogFormat::text, "warning"));
    TRY(app::Plan plan, app::plan_from({options.target}, options.spec));
    plan.server.host = "127.0.0.1";
    plan.server.http_port = 0;
    plan.server.metrics_port = std::nullopt;
    plan.server.grpc_port = grpc ? std::optional<std::uint16_t>(0) : std::nullopt;
    plan.server.grpc_port_asked = grpc;
    TRY(door->app_, app::App::start(plan, *door->log_));
    if (grpc) {
      TRY(door->inner_, GrpcDoor::open(fmt::format("grpc://127.0.0.1:{}", *door->app_->grpc_port()), options));
    } else {
      TRY(door->inner_, HttpDoor::open(fmt::format("http://127.0.0.1:{}", door->app_->http_port()), options));
    }
    return door;
  }

  std::string model() const override { return inner_->model(); }
  std::string protocol() const override { return inner_->protocol(); }
  core::Result<std::vector<core::TensorInfo>> inputs() const override { return inner_->inputs(); }
  core::Result<Way> way(std::vector<core::Tensor> inputs) const override { return inner_->way(std::move(inputs)); }

 private:
  std::unique_ptr<app::Logging> log_;
  std::unique_ptr<app::App> app_;
  std::unique_ptr<Door> inner_;
};

std::unexpected<core::Error> does_not_fit(const TargetOptions& options, std::string_view expected) {
  return core::invalid(fmt::format("--protocol {}: {} expected for {}", *options.protocol, expected, options.target));
}

}  // namespace

bool is_address(const std::string& target) { return looks_like_url(target) || target.starts_with(grpc_scheme); }

core::Result<std::unique_ptr<Door>> open_door(const TargetOptions& options) {
  const std::string_view protocol = options.protocol ? std::string_view(*options.protocol) : "";
  const bool to_server = is_address(options.target);
  if (options.shared_memory &&
      (protocol == "http-json" || (to_server ? protocol == "in-process" : protocol != "http" && protocol != "grpc")))
    return core::invalid("--shared-memory: a server expected, with --protocol http or grpc");
  const bool over_http = protocol == "http" || protocol == "http-json";
  if (options.target.starts_with(grpc_scheme)) {
    if (options.protocol && protocol != "grpc") return does_not_fit(options, "grpc");
    return GrpcDoor::open(options.target, options);
  }
  if (looks_like_url(options.target)) {
    if (options.protocol && !over_http)
      return does_not_fit(options, protocol == "grpc" ? "an address as grpc://HOST:PORT" : "http or http-json");
    return HttpDoor::open(options.target, options);
  }
  if (over_http || protocol == "grpc") return ServedDoor::open(options, protocol == "grpc");
  return InProcessDoor::open(options);
}

}  // namespace slipway::cli
