#include "cli/inspect.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "measure/model_report.hpp"
#include "models/repository.hpp"
#include "models/version_number.hpp"
#include "runtime/backend_registry.hpp"
#include "runtime/model.hpp"
#include "runtime/model_format.hpp"

namespace slipway::cli {

namespace {

namespace json = boost::json;

constexpr std::size_t metadata_chars_max = 120;

struct Verdict {
  std::string backend;
  bool runs = false;
  std::string reason;  ///< why not
};

/// What `given` means: itself, or in a model's folder the model of its highest version.
core::Result<std::filesystem::path> model_at(const std::filesystem::path& given) {
  std::error_code failure;
  if (!runtime::detect_format(given).empty() || !std::filesystem::is_directory(given, failure)) return given;
  TRY(const models::Found found, models::find_models(given, {}));
  if (found.sources.empty()) return std::unexpected(found.broken.front().error);
  const auto highest = std::ranges::max_element(
      found.sources, {}, [](const models::Source& source) { return models::version_number(source.version); });
  const auto other = std::ranges::find_if(
      found.sources, [&](const models::Source& source) { return source.spec.name != highest->spec.name; });
  if (other == found.sources.end()) return highest->path;
  return core::fail(core::Code::invalid_argument,
                    fmt::format(R"({}: several models are in it, "{}" and "{}" among them; name one's file or folder)",
                                given.string(), other->spec.name, highest->spec.name));
}

/// Loads the model with each backend. What a backend found is told by `report` where the file itself did not say.
std::vector<Verdict> try_backends(const std::filesystem::path& path, measure::ModelReport& report) {
  runtime::BackendRegistry registry(runtime::BackendRegistry::default_folders());
  runtime::LoadOptions options;
  options.path = std::filesystem::absolute(path);
  options.format = report.format;
  std::vector<Verdict> verdicts;
  for (const std::string& name : registry.names()) {
    const auto backend = registry.get(name);
    const auto model = backend ? (*backend)->load(options) : std::unexpected(backend.error());
    verdicts.push_back({name, model.has_value(), model ? "" : model.error().message()});
    if (model && !report.counts_known) measure::take_counts(report, **model);
    if (!model || !report.inputs.empty() || !report.outputs.empty()) continue;
    for (const auto& input : (*model)->inputs()) report.inputs.push_back(measure::report_of(input));
    for (const auto& output : (*model)->outputs()) report.outputs.push_back(measure::report_of(output));
    if (report.metadata.empty()) report.metadata = (*model)->metadata();
  }
  return verdicts;
}

json::array tensors_json(const std::vector<measure::ReportTensor>& tensors) {
  json::array list;
  for (const auto& tensor : tensors) {
    json::object entry{{"name", tensor.name}, {"datatype", tensor.type}};
    entry["shape"] = json::array(tensor.shape.begin(), tensor.shape.end());
    json::array names;
    for (const auto& name : tensor.dim_names) names.push_back(name.empty() ? json::value() : json::value(name));
    if (!names.empty()) entry["dim_names"] = std::move(names);
    list.push_back(std::move(entry));
  }
  return list;
}

std::string as_json(const std::string& path, const measure::ModelReport& report, const std::vector<Verdict>& verdicts) {
  json::object document{{"model", path}, {"format", report.format}, {"file_bytes", report.file_bytes}};
  if (report.has_graph) {
    document["ir_version"] = report.ir_version;
    json::object opsets;
    for (const auto& [domain, version] : report.opsets) opsets[domain] = version;
    document["opsets"] = std::move(opsets);
    document["producer"] = report.producer;
    document["external_files"] = json::value_from(report.external_files);
  }
  if (report.counts_known) {
    json::object operators;
    for (const auto& [name, count] : report.operators) operators[name] = count;
    document["operators"] = std::move(operators);
    document["parameters"] = report.parameters;
    document["weight_bytes"] = report.weight_bytes;
    if (!report.counted_by.empty()) document["counted_by"] = report.counted_by;
  }
  document["inputs"] = tensors_json(report.inputs);
  document["outputs"] = tensors_json(report.outputs);
  json::object metadata;
  for (const auto& [key, value] : report.metadata) metadata[key] = value;
  document["metadata"] = std::move(metadata);
  json::array backends;
  for (const auto& verdict : verdicts) {
    json::object entry{{"name", verdict.backend}, {"runs", verdict.runs}};
    if (!verdict.runs) entry["reason"] = verdict.reason;
    backends.push_back(std::move(entry));
  }
  document["backends"] = std::move(backends);
  return json::serialize(document);
}

void print_text(const std::string& path, const measure::ModelReport& report, const std::vector<Verdict>& verdicts) {
  fmt::print("{}\n  format      {} ({} bytes)\n", path, report.format, report.file_bytes);
  if (report.has_graph) {
    fmt::print("  IR version  {}\n", report.ir_version);
    for (const auto& [domain, version] : report.opsets) fmt::print("  opset       {} {}\n", domain, version);
    if (!report.producer.empty()) fmt::print("  producer    {}\n", report.producer);
    for (const auto& file : report.external_files) fmt::print("  weights in  {}\n", file);
  }
  if (report.counts_known) {
    const std::string by =
        report.counted_by.empty() ? "" : fmt::format(", counted in the graph as {} reads it", report.counted_by);
    fmt::print("  parameters  {} in {} bytes{}\n", report.parameters, report.weight_bytes, by);
  } else {
    fmt::print("  parameters  not known: no backend here tells the graph of this format\n");
  }
  for (const auto& tensor : report.inputs) fmt::print("  input       {}  {}\n", tensor.name, tensor.describe());
  for (const auto& tensor : report.outputs) fmt::print("  output      {}  {}\n", tensor.name, tensor.describe());
  for (const auto& [name, count] : report.operators) fmt::print("  operator    {} × {}\n", name, count);
  for (const auto& [key, value] : report.metadata) {
    const bool whole = value.size() <= metadata_chars_max;
    fmt::print("  metadata    {}: {}\n", key, whole ? value : fmt::format("({} characters; see --json)", value.size()));
  }
  if (verdicts.empty()) fmt::print("  backend     none is installed; see slipway doctor\n");
  for (const auto& verdict : verdicts) {
    fmt::print("  backend     {}: {}\n", verdict.backend, verdict.runs ? "runs it" : "no: " + verdict.reason);
  }
}

}  // namespace

void add_inspect(CLI::App& app, int& exit_code) {
  struct Arguments {
    std::string model;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("inspect", "what a model is, and which backends can run it");
  command->add_option("MODEL", arguments->model, "model file or folder")->required();
  command->add_flag("--json", arguments->json, "as JSON");
  command->callback([arguments, &exit_code] {
    const auto path = model_at(arguments->model);
    auto report = path ? measure::read_model_report(*path) : std::unexpected(path.error());
    if (!report) {
      fmt::print(stderr, "slipway inspect: {}\n", report.error().message());
      exit_code = 2;
      return;
    }
    const auto verdicts = try_backends(*path, *report);
    if (arguments->json) {
      fmt::print("{}\n", as_json(path->string(), *report, verdicts));
    } else {
      print_text(path->string(), *report, verdicts);
    }
  });
}

}  // namespace slipway::cli
