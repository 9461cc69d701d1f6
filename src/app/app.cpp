#include "app/app.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <system_error>
#include <thread>

#include "core/address.hpp"
#include "core/percent_coding.hpp"
#include "front/http/routes.hpp"

namespace slipway::app {

namespace http = front::http;

namespace {

/// When what waits is dropped, so that what runs then is done when the time to drain is over.
std::chrono::milliseconds finish_timeout(const config::ServerSpec& spec) {
  constexpr std::chrono::milliseconds most_of_a_run{2000};
  return spec.drain_timeout - std::min(most_of_a_run, spec.drain_timeout / 2);
}

/// Outcomes by the names that the metrics have for them.
bool is_refusal(std::string_view outcome) {
  constexpr std::array<std::string_view, 4> refusals{"unavailable", "resource_exhausted", "deadline_exceeded",
                                                     "cancelled"};
  return std::ranges::find(refusals, outcome) != refusals.end();
}

http::ServerOptions http_options(const config::ServerSpec& spec) {
  http::ServerOptions options;
  options.host = spec.host;
  options.port = spec.http_port;
  options.threads = spec.http_threads;
  options.max_request_bytes = spec.max_request_bytes;
  options.max_header_bytes = spec.max_header_bytes;
  options.read_timeout = spec.read_timeout;
  options.idle_timeout = spec.idle_timeout;
  options.write_timeout = spec.write_timeout;
  options.cors_origin = spec.cors_origin;
  options.finish_timeout = finish_timeout(spec);
  return options;
}

core::SharedMemory::Options memory_options(const config::ServerSpec& spec) {
  core::SharedMemory::Options options;
  options.on = spec.allows_shared_memory();
  options.input_bytes_max = spec.max_request_bytes;
  return options;
}

/// "x FP32 [-1,3,48,192]"
std::string signature(const std::vector<core::TensorInfo>& tensors) {
  std::vector<std::string> parts;
  parts.reserve(tensors.size());
  for (const core::TensorInfo& tensor : tensors) {
    parts.push_back(fmt::format("{} {} {}", tensor.name, core::name_of(tensor.dtype), core::to_string(tensor.shape)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// Does it on a thread of its own, or here and now where the machine has none left.
template <class Work>
std::jthread beside(const Work& work) {
  try {
    return std::jthread(work);
  } catch (const std::system_error&) {
    work();
    return {};
  }
}

}  // namespace

App::App(const Plan& plan)
    : host_(plan.server.host),
      backends_(runtime::BackendRegistry::default_folders()),
      models_(backends_, metrics_, plan.server.response_cache_bytes),
      control_(models_, {plan.models, plan.over}, plan.server.allows_model_control()),
      memory_(memory_options(plan.server)),
      speech_(models_, backends_, metrics_),
      jobs_(speech_) {}

App::~App() { finish(); }

void App::begin_drain() {
  before_drain_ = outcomes();
  models_.stop_being_ready();
  http_->send_away();
  if (watching_) watching_->stop();
}

Outcomes App::finish() {
  const Outcomes before = before_drain_.value_or(outcomes());
  models_.stop_being_ready();
  if (watching_) watching_->stop();
  {
    // all at once: each waits for what it accepted
    std::uint64_t refused_calls = 0;
    std::jthread grpc = beside([this, &refused_calls] {
      if (grpc_) refused_calls = grpc_->finish();
      grpc_.reset();
    });
    const std::jthread metrics = beside([this] { metrics_server_.reset(); });
    if (http_) refused_unread_ += http_->finish();
    http_.reset();
    if (grpc.joinable()) grpc.join();
    refused_unread_ += refused_calls;
  }
  watching_.reset();
  control_.stop();
  models_.finish();
  metrics_.tracer().finish();
  const Outcomes now = outcomes();
  return {.finished = now.finished - before.finished, .refused = now.refused - before.refused};
}

Outcomes App::outcomes() const {
  Outcomes sums{.refused = refused_unread_};
  for (const auto& [outcome, count] : metrics_.totals("slipway_requests_total", "outcome"))
    (is_refusal(outcome) ? sums.refused : sums.finished) += static_cast<std::uint64_t>(count);
  return sums;
}

core::Result<std::unique_ptr<App>> App::start(const Plan& plan, protocol::LogControl& log) {
  TRY_VOID(http::check_host(plan.server.host));
  std::unique_ptr<App> app(new App(plan));
  if (plan.server.trace_dir) {
    TRY(app->trace_files_, TraceFiles::open({.folder = *plan.server.trace_dir}));
    app->metrics_.tracer().write_to(
        [files = app->trace_files_.get()](metrics::TraceChunk chunk) { files->write(std::move(chunk)); });
  }
  if (plan.server.watch) {
    app->watching_ = std::make_unique<Watching>(plan.models, app->control_);
    app->models_.be_ready_with_any_version();
  }
  TRY_VOID(load_models(plan.server.watch ? without_empty_folders(plan.models) : plan.models, app->models_));
  app->speech_.prepare();

  const front::Extensions extensions{.memory = app->memory_,
                                     .log = log,
                                     .control = app->control_,
                                     .tracer = app->metrics_.tracer(),
                                     .server_name = plan.server.server_name};
  http::add_v2_routes(app->router_, app->models_, extensions);
  http::add_repository_routes(app->router_, app->models_, app->control_);
  http::add_shared_memory_routes(app->router_, app->memory_);
  http::add_generate_routes(app->router_, app->models_);
  http::add_logging_routes(app->router_, log);
  http::add_trace_routes(app->router_, app->models_, app->metrics_.tracer());
  http::add_v1_routes(app->router_, app->models_);
  http::add_service_routes(app->router_, app->models_);
  http::add_speech_routes(app->router_, app->speech_, app->jobs_, plan.server.max_request_bytes);
  http::add_transcription_routes(app->router_, app->speech_);
  http::add_docs_routes(app->router_, app->models_);
  http::add_metrics_routes(app->router_, app->metrics_);
  if (plan.server.grpc_port) {
    const front::grpc::ServerOptions options{.host = plan.server.host,
                                             .port = *plan.server.grpc_port,
                                             .max_request_bytes = plan.server.max_request_bytes,
                                             .read_timeout = plan.server.read_timeout,
                                             .finish_timeout = finish_timeout(plan.server)};
    auto server = front::grpc::Server::start(options, app->models_, extensions);
    if (!server && plan.server.grpc_port_asked) return std::unexpected(server.error());
    if (server) {
      app->grpc_ = *std::move(server);
    } else {
      spdlog::warn("no gRPC: {}", server.error().message());
    }
  }
  TRY(app->http_, http::Server::start(http_options(plan.server), app->router_));

  // A port that is taken must not keep the models from being served: /metrics is on the HTTP port too.
  const auto metrics_port = plan.server.metrics_port;
  if (metrics_port && (*metrics_port == 0 || *metrics_port != plan.server.http_port)) {
    http::add_metrics_routes(app->metrics_router_, app->metrics_);
    http::ServerOptions options = http_options(plan.server);
    options.port = *metrics_port;
    options.threads = 1;
    auto server = http::Server::start(options, app->metrics_router_);
    if (server) {
      app->metrics_server_ = *std::move(server);
    } else {
      spdlog::warn("no extra port for metrics, they are on the HTTP port alone: {}", server.error().message());
    }
  }
  if (app->watching_) app->watching_->start();
  return app;
}

std::vector<config::ModelSpec> App::model_specs() const {
  std::vector<config::ModelSpec> specs;
  for (const models::Handle& model : models_.services()) specs.push_back(model->spec());
  return specs;
}

std::string App::banner() const {
  std::string text = fmt::format("slipway {}\n", SLIPWAY_VERSION);
  const std::string base = "http://" + core::host_and_port(host_, http_port());
  auto out = std::back_inserter(text);
  for (const models::IndexEntry& entry : models_.index()) {
    if (entry.state != models::State::ready) {
      fmt::format_to(out, "  {} version {}: {}: {}\n", entry.name, entry.version, models::name_of(entry.state),
                     entry.reason);
      continue;
    }
    const auto handle = models_.find(entry.name, entry.version);
    if (!handle) continue;
    const models::ModelVersion& version = **handle;
    fmt::format_to(out, "  {} version {} on {}, {} instance{}, {}\n", entry.name, entry.version,
                   version.model().backend().name(), version.instances(), version.instances() == 1 ? "" : "s",
                   version.max_batch_size() > 1 ? fmt::format("batches up to {}", version.max_batch_size())
                                                : std::string("no batching"));
    fmt::format_to(out, "    in  {}\n    out {}\n", signature(version.inputs()), signature(version.outputs()));
    const std::string name = core::path_segment(entry.name);
    fmt::format_to(out, "    POST {}/v2/models/{}/infer   POST {}/services/{}\n", base, name, base, name);
  }
  if (models_.index().empty()) text += "  no models\n";
  fmt::format_to(out, "  documentation {}/docs   metrics {}/metrics{}\n", base, base,
                 metrics_server_ ? fmt::format(" (also on port {})", metrics_server_->port()) : std::string());
  if (grpc_) fmt::format_to(out, "  gRPC {}\n", core::host_and_port(host_, grpc_->port()));
  fmt::format_to(out, "listening on {}\n", base);
  return text;
}

}  // namespace slipway::app
