#include "config/triton_config.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <ranges>

#include "config/model_name.hpp"
#include "config/text_file.hpp"
#include "config/triton_fields.hpp"
#include "config/triton_json.hpp"
#include "config/triton_sections.hpp"
#include "core/printable.hpp"

namespace slipway::config {

namespace {

using google::protobuf::TextFormat;

/// What becomes of a field and of all inside it.
enum class Fate { read, ignored, refused };
struct Rule {
  std::string_view path;
  Fate fate;
  std::string_view reason;
};

constexpr std::string_view gpu_alone = "it is for GPUs of Triton's own backends";

/// The first that a field's path is, or lies inside of. A field without one is read: a section's reader knows it.
constexpr std::array rules{
    Rule{"runtime", Fate::ignored, "it chooses among Triton's own backend libraries"},
    Rule{"input.is_shape_tensor", Fate::refused, "TensorRT's shape tensors are not served"},
    Rule{"input.is_non_linear_format_io", Fate::refused, "TensorRT's vectorised formats are not served"},
    Rule{"input.allow_ragged_batch", Fate::refused, "requests of different shapes in one batch are not served"},
    Rule{"input.optional", Fate::refused, "every input must be given"},
    Rule{"output.is_shape_tensor", Fate::refused, "TensorRT's shape tensors are not served"},
    Rule{"output.is_non_linear_format_io", Fate::refused, "TensorRT's vectorised formats are not served"},
    Rule{"batch_input", Fate::refused, "inputs made from the batch are not served"},
    Rule{"batch_output", Fate::refused, "outputs scattered by an input are not served"},
    Rule{"optimization.priority", Fate::ignored, "all models' threads have one priority"},
    Rule{"optimization.cuda", Fate::ignored, gpu_alone},
    Rule{"optimization.execution_accelerators.gpu_execution_accelerator", Fate::ignored, gpu_alone},
    Rule{"optimization.input_pinned_memory", Fate::ignored, gpu_alone},
    Rule{"optimization.output_pinned_memory", Fate::ignored, gpu_alone},
    Rule{"optimization.gather_kernel_buffer_threshold", Fate::ignored, gpu_alone},
    Rule{"optimization.eager_batching", Fate::ignored, "a batch is made when an instance takes it"},
    Rule{"sequence_batching.iterative_sequence", Fate::refused, "iterative sequences are not served"},
    Rule{"sequence_batching.direct.max_queue_delay_microseconds", Fate::ignored, "a sequence waits for no other"},
    Rule{"sequence_batching.direct.minimum_slot_utilization", Fate::ignored, "a sequence waits for no other"},
    Rule{"sequence_batching.oldest.preserve_ordering", Fate::ignored, "a sequence's answers are in order anyway"},
    Rule{"sequence_batching.oldest.preferred_batch_size", Fate::ignored, "a batch is what waits when it is taken"},
    Rule{"sequence_batching.oldest.max_queue_delay_microseconds", Fate::ignored, "a sequence waits for no other"},
    Rule{"sequence_batching.state.use_same_buffer_for_input_output", Fate::ignored,
         "it changes where a state lies alone"},
    Rule{"sequence_batching.state.use_growable_memory", Fate::ignored, "states may change their size anyway"},
    Rule{"ensemble_scheduling", Fate::refused, "ensembles are not served"},
    Rule{"instance_group.rate_limiter", Fate::ignored, "there is no rate limiter"},
    Rule{"instance_group.gpus", Fate::ignored, "no backend here has a GPU"},
    Rule{"instance_group.secondary_devices", Fate::ignored, "no backend here has one"},
    Rule{"instance_group.profile", Fate::ignored, "it is for TensorRT"},
    Rule{"instance_group.passive", Fate::refused, "instances that take no requests are not served"},
    Rule{"instance_group.host_policy", Fate::ignored, "host policies are options of tritonserver"},
    Rule{"cc_model_filenames", Fate::ignored, gpu_alone},
    Rule{"metric_tags", Fate::ignored, "metrics have the labels model and version"},
    Rule{"model_operations", Fate::refused, "libraries of custom operators are not loaded"},
    Rule{"model_repository_agents", Fate::refused, "repository agents are not run"},
    Rule{"model_metrics", Fate::ignored, "the buckets of histograms are fixed"},
};

const Rule* rule_for(std::string_view path) {
  const auto found = std::ranges::find_if(rules, [path](const Rule& rule) {
    return path == rule.path || (path.starts_with(rule.path) && path[rule.path.size()] == '.');
  });
  return found == rules.end() ? nullptr : &*found;
}

/// Why a field has no effect with the value that it has, in a configuration of that backend; empty where it has one.
std::string_view without_effect(const TritonField& field, const std::optional<std::string>& backend) {
  if (field.path == "instance_group.kind" && field.value == "KIND_GPU")
    return "no backend here has a GPU; the model runs on the CPU";
  if (field.path == "optimization.graph" && backend != "onnxruntime")
    return "it is for the backend onnxruntime, which the configuration does not name";
  if (field.path == "parameters" && field.value != threads_parameter) return "no backend here has such a parameter";
  return "";
}

/// Keeps the first error of the parser.
class Collector : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber /*column*/, const std::string& message) override {
    if (error_.empty()) {
      line_ = line + 1;
      error_ = message;
    }
  }
  int line() const { return line_; }
  const std::string& error() const { return error_; }

 private:
  int line_ = 0;
  std::string error_;
};

std::string place(const std::string& name, int line) {
  return line > 0 ? fmt::format("{}:{}: ", name, line) : name + ": ";
}

/// Where the sections of that name begin, in their order, for errors of what stands in them.
std::vector<int> lines_of(const inference::ModelConfig& config, TextFormat::ParseInfoTree* lines,
                          std::string_view section) {
  std::vector<int> found;
  visit_fields(config, lines, [&](const TritonField& field) {
    if (field.path == section) found.push_back(field.line);
    return false;
  });
  return found;
}

int line_of(const inference::ModelConfig& config, TextFormat::ParseInfoTree* lines, std::string_view section) {
  const std::vector<int> found = lines_of(config, lines, section);
  return found.empty() ? 0 : found.front();
}

/// A sentence for each warm-up that is not run.
void note_skipped(const inference::ModelConfig& config, TextFormat::ParseInfoTree* lines, const std::string& name,
                  std::vector<std::string>& warnings) {
  const std::vector<int> begins = lines_of(config, lines, "model_warmup");
  for (int i = 0; i < config.model_warmup_size(); ++i) {
    const auto& warm_up = config.model_warmup(i);
    if (warm_up.batch_size() > 0) continue;
    warnings.push_back(fmt::format(R"({}model_warmup "{}" is skipped: batch_size 0 given, 1 or more expected)",
                                   place(name, begins.at(static_cast<std::size_t>(i))), warm_up.name()));
  }
}

core::Result<std::vector<std::string>> judge_fields(const inference::ModelConfig& config,
                                                    TextFormat::ParseInfoTree* lines, const std::string& name,
                                                    const std::optional<std::string>& backend) {
  std::multimap<int, std::string> warnings;  // by line
  std::optional<core::Error> refused;
  visit_fields(config, lines, [&](const TritonField& field) {
    const std::string where = place(name, field.line);
    if (const auto reason = without_effect(field, backend); !reason.empty()) {
      const std::string which = field.value.empty() ? field.path : fmt::format("{} {}", field.path, field.value);
      warnings.emplace(field.line, fmt::format("{}{} has no effect: {}", where, which, reason));
    }
    const Rule* rule = rule_for(field.path);
    if (rule == nullptr) return true;
    if (rule->fate == Fate::ignored)
      warnings.emplace(field.line, fmt::format("{}{} has no effect: {}", where, field.path, rule->reason));
    if (rule->fate == Fate::refused && !refused)
      refused = core::Error(core::Code::invalid_argument,
                            fmt::format("{}{} would change answers: {}", where, field.path, rule->reason));
    return false;
  });
  if (refused) return std::unexpected(*std::move(refused));
  const auto sentences = std::views::values(warnings);
  return std::vector<std::string>(sentences.begin(), sentences.end());
}

core::Result<void> read_version_policy(const inference::ModelConfig& config, ModelSpec& spec) {
  if (!config.has_version_policy()) return {};
  const auto& policy = config.version_policy();
  VersionPolicy versions;
  if (policy.has_latest()) versions.latest = std::max<std::uint32_t>(policy.latest().num_versions(), 1);
  if (policy.has_specific()) {
    versions.specific.assign(policy.specific().versions().begin(), policy.specific().versions().end());
    if (versions.specific.empty()) return core::invalid("version_policy.specific: at least one version expected");
  }
  spec.versions = versions;
  return {};
}

core::Result<void> read_name(const inference::ModelConfig& config, ModelSpec& spec) {
  if (!config.name().empty() && !is_model_name(config.name()))
    return core::invalid(fmt::format(R"(name: "{}": {})", core::printable(config.name()), expected_model_name));
  spec.name = config.name();
  if (config.default_model_filename().find('/') != std::string::npos)
    return core::invalid(fmt::format(R"(default_model_filename: "{}": a name in the version's folder expected)",
                                     config.default_model_filename()));
  spec.model_filename = config.default_model_filename();
  return {};
}

core::Result<TritonConfig> translate(const inference::ModelConfig& config, TextFormat::ParseInfoTree* lines,
                                     const std::string& name, const std::filesystem::path& folder) {
  TritonConfig read;
  const auto section = [&](std::string_view field, core::Result<void> outcome) -> core::Result<void> {
    if (outcome) return {};
    return core::fail(outcome.error().code(), place(name, line_of(config, lines, field)) + outcome.error().message());
  };
  const auto backend_read = read_backend(config, read.spec);
  TRY(read.warnings, judge_fields(config, lines, name, read.spec.backend));
  TRY_VOID(section("name", read_name(config, read.spec)));
  const std::string_view backend_field = config.backend().empty() ? "platform" : "backend";
  TRY_VOID(section(backend_field, backend_read));
  if (const int line = line_of(config, lines, backend_field); line > 0 && read.spec.backend)
    read.spec.places["backend"] = fmt::format("{}:{}", name, line);
  TRY_VOID(section("version_policy", read_version_policy(config, read.spec)));
  const bool batching_is_said = config.max_batch_size() >= 0 && config.has_dynamic_batching();
  TRY_VOID(section(batching_is_said ? "dynamic_batching" : "max_batch_size", read_batching(config, read.spec)));
  TRY_VOID(section("input", read_tensors(config, folder, read.spec)));
  TRY_VOID(section("instance_group", read_instances(config, read.spec)));
  TRY_VOID(section("sequence_batching", read_sequence(config, folder, read.spec)));
  TRY_VOID(section("model_warmup", read_warm_ups(config, folder, read.spec)));
  note_skipped(config, lines, name, read.warnings);
  if (config.model_transaction_policy().decoupled()) {
    return core::invalid(place(name, line_of(config, lines, "model_transaction_policy")) +
                         "model_transaction_policy.decoupled: a request here has one answer");
  }
  if (config.has_response_cache()) read.spec.response_cache = config.response_cache().enable();
  read.spec.triton_config = boost::json::serialize(json_of(config));
  return read;
}

}  // namespace

core::Result<TritonConfig> load_triton_config(const std::filesystem::path& file) {
  TRY(const std::string text, read_text_file(file));
  inference::ModelConfig config;
  TextFormat::ParseInfoTree lines;
  Collector errors;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.WriteLocationsTo(&lines);
  if (!parser.ParseFromString(text, &config)) {
    return core::invalid(fmt::format("{}{}", place(file.string(), errors.line()), errors.error()));
  }
  TRY(TritonConfig read, translate(config, &lines, file.string(), file.parent_path()));
  read.spec.files.push_back(file);
  // a batch size of 0 that stands there is a wish, one that does not is none
  const bool says_batch =
      lines.GetLocation(inference::ModelConfig::descriptor()->FindFieldByName("max_batch_size"), -1).line >= 0;
  if (!says_batch && config.input().empty() && config.output().empty()) read.spec.max_batch_size.reset();
  return read;
}

core::Result<TritonConfig> read_triton_config_json(std::string_view json, const std::filesystem::path& folder) {
  // protobuf's own sentence for it speaks of a root and a message
  if (const auto first = json.find_first_not_of(" \t\r\n"); first == std::string_view::npos || json[first] != '{')
    return core::invalid("the model's config: a JSON object expected, with the fields of a config.pbtxt");
  inference::ModelConfig config;
  const auto parsed = google::protobuf::util::JsonStringToMessage(std::string(json), &config);
  if (!parsed.ok()) {
    const std::string_view message(parsed.message().data(), parsed.message().size());  // and then the text, drawn
    return core::invalid(fmt::format("the model's config: {}", message.substr(0, message.find('\n'))));
  }
  TRY(TritonConfig read, translate(config, nullptr, "the model's config", folder));
  if (config.max_batch_size() == 0 && config.input().empty() && config.output().empty())
    read.spec.max_batch_size.reset();
  return read;
}

}  // namespace slipway::config
