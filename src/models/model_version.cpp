#include "models/model_version.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <numeric>
#include <utility>

#include "core/cpus.hpp"
#include "models/batching.hpp"
#include "runtime/model_format.hpp"

namespace slipway::models {

using core::Code;

namespace {

constexpr std::int64_t default_max_batch = 16;
constexpr std::size_t default_queue_limit = 1024;

/// The most rows of one batch; 0 where requests are never joined.
core::Result<std::int64_t> decide_batching(const config::ModelSpec& spec, const runtime::Model& model,
                                           runtime::Runner& runner) {
  const Batching batching = batching_of(model.inputs(), model.outputs());
  if (spec.max_batch_size) {
    if (*spec.max_batch_size > 1 && batching == Batching::impossible) {
      return core::fail(Code::invalid_argument,
                        fmt::format("model \"{}\": max_batch_size {} given, but not every input and output has a dynamic "
                                    "first dimension; leave it out or give 0",
                                    spec.name, *spec.max_batch_size));
    }
    return *spec.max_batch_size > 1 ? *spec.max_batch_size : 0;
  }
  if (batching == Batching::declared) return default_max_batch;
  if (batching == Batching::unproven && rows_are_independent(runner, model.inputs(), model.outputs()))
    return default_max_batch;
  return 0;
}

/// One run on made inputs, so that the first client does not pay for what a runtime does on its first. A model that
/// cannot be run on guessed shapes is warmed by its first request.
void warm(runtime::Runner& runner, const runtime::Model& model) {
  std::vector<std::uint32_t> wanted(model.outputs().size());
  std::iota(wanted.begin(), wanted.end(), 0U);
  const auto inputs = made_inputs(model.inputs(), 1, 48, 1);
  std::vector<core::TensorView> views;
  for (const core::Tensor& input : inputs) views.push_back(input.view());
  if (const auto run = runner.run(views, wanted); !run) spdlog::debug("not warmed: {}", run.error().message());
}

}  // namespace

core::Result<std::shared_ptr<ModelVersion>> ModelVersion::load(runtime::BackendRegistry& backends,
                                                               metrics::Registry& metrics, const config::ModelSpec& spec,
                                                               std::string version, const std::filesystem::path& path) {
  const runtime::LoadOptions options{.path = path,
                                     .format = runtime::detect_format(path),
                                     .device = spec.device.value_or("cpu"),
                                     .instances = spec.instances.value_or(core::usable_cpus()),
                                     .threads = spec.threads.value_or(1),
                                     .options = spec.backend_options};
  std::shared_ptr<ModelVersion> made(new ModelVersion());
  made->spec_ = spec;
  made->version_ = std::move(version);
  TRY(made->model_, backends.load(spec.backend.value_or("auto"), options));
  std::vector<std::unique_ptr<runtime::Runner>> instances;
  for (std::uint32_t i = 0; i < options.instances; ++i) {
    TRY(auto instance, runtime::Instance::create(made->model_, i));
    instances.push_back(std::move(instance));
  }
  TRY(made->max_batch_size_, decide_batching(spec, *made->model_, *instances.front()));
  for (const auto& instance : instances) warm(*instance, *made->model_);

  made->probe_ = std::make_unique<scheduler::Probe>(metrics, spec.name, made->version_);
  const scheduler::Options queue{.max_batch_rows = std::max<std::int64_t>(made->max_batch_size_, 1),
                                 .max_delay = spec.max_delay.value_or(std::chrono::microseconds(0)),
                                 .queue_limit = spec.queue_limit.value_or(default_queue_limit),
                                 .model = spec.name,
                                 .version = made->version_};
  made->scheduler_ = std::make_unique<scheduler::Scheduler>(queue, made->model_->outputs(), std::move(instances), *made->probe_);
  return made;
}

ModelVersion::~ModelVersion() = default;

std::uint32_t ModelVersion::instances() const { return model_->options().instances; }

}  // namespace slipway::models
