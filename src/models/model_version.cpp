#include "models/model_version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/limits.hpp"
#include "core/cpus.hpp"
#include "models/backend_choice.hpp"
#include "models/batching.hpp"
#include "models/blame.hpp"
#include "models/sequences.hpp"
#include "models/trial.hpp"
#include "models/warm_up.hpp"
#include "runtime/model_format.hpp"
#include "transform/fits.hpp"

namespace slipway::models {

namespace {

std::vector<std::string> names_of(const std::vector<core::TensorInfo>& infos) {
  std::vector<std::string> names;
  names.reserve(infos.size());
  for (const core::TensorInfo& info : infos) names.push_back(info.name);
  return names;
}

}  // namespace

RunSettings settings_of(const config::ModelSpec& spec) {
  constexpr std::size_t usual_queue_limit = 1024;
  const std::uint32_t threads = spec.threads.value_or(1);
  const auto most_instances = static_cast<std::uint32_t>(config::most_threads) / std::max(threads, 1U);
  return {.backend = spec.backend.value_or("auto"),
          .device = spec.device.value_or("cpu"),
          // as many as there are cores, unless their threads would be more than may be
          .instances = spec.instances.value_or(std::clamp(most_instances, 1U, core::usable_cpus())),
          .threads = threads,
          .max_delay = spec.max_delay.value_or(std::chrono::microseconds(0)),
          .queue_limit = spec.queue_limit.value_or(usual_queue_limit)};
}

core::Result<std::unique_ptr<ModelVersion>> ModelVersion::load(runtime::BackendRegistry& backends,
                                                               metrics::Registry& metrics, ResponseCache& cache,
                                                               const Source& source) {
  const config::ModelSpec& spec = source.spec;
  const RunSettings settings = settings_of(spec);
  const runtime::LoadOptions options{.path = source.path,
                                     .format = runtime::detect_format(source.path),
                                     .device = settings.device,
                                     .instances = settings.instances,
                                     .threads = settings.threads,
                                     .options = spec.backend_options};
  const std::string where = fmt::format("model \"{}\"", spec.name);
  if (const auto threads = std::uint64_t{settings.instances} * settings.threads; threads > config::most_threads) {
    return core::invalid(fmt::format("{}: {} instances of {} threads are {}; {} threads in all expected at most", where,
                                     settings.instances, settings.threads, threads, config::most_threads));
  }
  if (auto fits = config::check_ordering(spec); !fits) return std::unexpected(fits.error().within(where));
  std::unique_ptr<ModelVersion> made(new ModelVersion());
  made->spec_ = spec;
  made->version_ = source.version;
  made->keeps_ = source.keeps;
  auto loaded = load_with_choice(backends, settings.backend, options, spec.name);
  if (!loaded) return std::unexpected(at_its_place(loaded.error(), backends, settings.backend, options, spec.places));
  made->model_ = *std::move(loaded);
  const runtime::Model& model = *made->model_;
  TRY(auto instances, runtime::create_instances(made->model_));
  const Trial trial(*instances.front(), model.inputs(), model.outputs());  // which warms the first
  auto max_batch_size =
      decide_max_batch_size(spec, batching_of(model.inputs(), model.outputs()), [&] { return trial.rows(); });
  if (!max_batch_size) return std::unexpected(max_batch_size.error().within(where));
  made->max_batch_size_ = *max_batch_size;
  // a max_batch_size of 1 says that dimensions are declared without the batch's, though nothing is ever joined
  const bool batches = spec.max_batch_size.value_or(*max_batch_size) > 0;
  auto signature = Signature::of(spec, model.inputs(), model.outputs(), batches);
  if (!signature) return std::unexpected(signature.error().within(where));
  made->signature_ = *std::move(signature);
  if (auto fits = transform::check_fits(spec, made->inputs(), made->outputs()); !fits)
    return std::unexpected(fits.error().within(where));
  for (std::size_t i = 1; i < instances.size(); ++i) trial.warm(*instances[i]);
  const Warmed to_warm{made->signature_, model.inputs(), model.outputs(), made->max_batch_size_ > 0};
  for (const auto& instance : instances) {
    if (auto warmed = warm_up(*instance, spec.warm_ups, to_warm); !warmed)
      return std::unexpected(warmed.error().within(where));
  }

  made->probe_ = std::make_unique<scheduler::Probe>(metrics, spec.name, made->version_);
  const config::BatchingSpec batching = spec.batching.value_or(config::BatchingSpec{});
  const bool cached = spec.response_cache.value_or(false);
  const bool keeps_order = batching.preserve_ordering.value_or(false);
  const std::int64_t most_rows = std::max<std::int64_t>(made->max_batch_size_, 1);
  scheduler::Options queue{.max_batch_rows = most_rows,
                           .max_delay = settings.max_delay,
                           .queue_limit = settings.queue_limit,
                           .preferred_batch_rows = batching.preferred_sizes,
                           .preserve_ordering = keeps_order && !cached,
                           .priorities = spec.priorities,
                           .model = spec.name,
                           .version = made->version_};
  made->scheduler_ =
      std::make_unique<scheduler::Scheduler>(std::move(queue), model.outputs(), std::move(instances), *made->probe_);
  if (cached) {
    if (spec.sequence) {
      return core::fail(core::Code::invalid_argument,
                        where +
                            ": response_cache cannot be with sequences: the same inputs do not give the same "
                            "outputs");
    }
    made->cache_.emplace(CacheDoor{cache, cache.new_owner(), spec.name, made->version_, names_of(made->outputs())});
    // before the cache and not behind it in the scheduler, which does not see what is answered from memory
    if (keeps_order) {
      made->cache_->order = std::make_unique<scheduler::AnswerOrder>(
          scheduler::most_held(settings.queue_limit, made->instances(), most_rows));
    }
  }
  if (spec.sequence) {
    auto sequences = sequence_options(spec, model.inputs(), model.outputs());
    if (!sequences) return std::unexpected(sequences.error().within(where));
    sequences->max_waiting = settings.queue_limit;
    made->sequencer_ = std::make_unique<scheduler::Sequencer>(
        *std::move(sequences),
        [scheduler = made->scheduler_.get()](scheduler::Job job) { scheduler->submit(std::move(job)); }, *made->probe_);
    made->late_answers_.emplace(
        spec.name,
        [sequencer = made->sequencer_.get()](scheduler::JobList& late, const std::stop_token& end) {
          return sequencer->take_late(late, end);
        },
        *made->probe_);
  }
  return made;
}

ModelVersion::~ModelVersion() {
  if (cache_) cache_->cache.forget(cache_->owner);
}

std::uint32_t ModelVersion::instances() const { return model_->options().instances; }

}  // namespace slipway::models
