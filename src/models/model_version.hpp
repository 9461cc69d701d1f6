#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "core/tensor.hpp"
#include "core/turn.hpp"
#include "models/cached_infer.hpp"
#include "models/repository.hpp"
#include "models/signature.hpp"
#include "runtime/backend_registry.hpp"
#include "runtime/model.hpp"
#include "scheduler/late_answers.hpp"
#include "scheduler/probe.hpp"
#include "scheduler/scheduler.hpp"
#include "scheduler/sequencer.hpp"

namespace slipway::models {

/// How a model is run, where a spec says nothing too.
struct RunSettings {
  std::string backend;
  std::string device;
  std::uint32_t instances = 0;
  std::uint32_t threads = 0;
  std::chrono::microseconds max_delay{0};
  std::size_t queue_limit = 0;  ///< requests of one version that may wait
};
RunSettings settings_of(const config::ModelSpec& spec);

/// A loaded, warm version of a model that takes requests. Held by std::shared_ptr (a handle): the registry holds one,
/// and each request in flight another, so that a version that was replaced finishes what it has.
class ModelVersion {
 public:
  /// Loads the file, makes the instances, decides whether the model batches, and runs it once where its shapes allow.
  static core::Result<std::unique_ptr<ModelVersion>> load(runtime::BackendRegistry& backends,
                                                          metrics::Registry& metrics, ResponseCache& cache,
                                                          const Source& source);
  ~ModelVersion();

  const std::string& name() const { return spec_.name; }
  const std::string& version() const { return version_; }
  const config::ModelSpec& spec() const { return spec_; }
  const runtime::Model& model() const { return *model_; }
  /// As clients see them.
  const std::vector<core::TensorInfo>& inputs() const { return signature_.inputs(); }
  const std::vector<core::TensorInfo>& outputs() const { return signature_.outputs(); }
  std::uint32_t instances() const;
  /// The most rows in one batch; 0 when requests are never joined (the protocol's `max_batch_size`).
  std::int64_t max_batch_size() const { return max_batch_size_; }
  scheduler::Probe& probe() { return *probe_; }
  const scheduler::Probe& probe() const { return *probe_; }

  /// Queues a request that `admission` has checked and put in the order of `inputs()`, for as long as the model's own
  /// timeout allows.
  void infer(scheduler::Job job) {
    core::worked_for() = this;
    if (spec_.timeout) {
      core::Request& request = job.request;
      request.deadline = std::min(request.deadline, request.received + *spec_.timeout);
    }
    if (cache_)
      return infer_cached(*cache_, std::move(job), *probe_, [this](scheduler::Job missed) { run(std::move(missed)); });
    run(std::move(job));
  }
  /// Refuses requests from now on.
  void stop() { scheduler_->stop(); }
  /// And waits until those accepted were answered. Not from a completion.
  void finish() {
    scheduler_->finish();
    late_answers_.reset();
  }

 private:
  ModelVersion() = default;
  void run(scheduler::Job job) {
    signature_.to_model(job);
    if (!sequencer_) return scheduler_->submit(std::move(job));
    scheduler_->apply_rules(job);
    sequencer_->add(std::move(job));
  }

  std::shared_ptr<const void> keeps_;
  config::ModelSpec spec_;
  std::string version_;
  std::shared_ptr<runtime::Model> model_;
  std::int64_t max_batch_size_ = 0;
  Signature signature_;
  std::optional<CacheDoor> cache_;  ///< of a model that asks for it
  std::unique_ptr<scheduler::Probe> probe_;
  std::unique_ptr<scheduler::Sequencer> sequencer_;  ///< of a model that has sequences; outlives the scheduler's jobs
  std::unique_ptr<scheduler::Scheduler> scheduler_;
  std::optional<scheduler::LateAnswers> late_answers_;  ///< of those that wait in the sequencer; ends before it
};

using Handle = std::shared_ptr<ModelVersion>;

}  // namespace slipway::models
