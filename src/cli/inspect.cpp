#include "cli/inspect.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

#include "measure/model_report.hpp"
#include "runtime/backend_registry.hpp"
#include "runtime/model.hpp"

namespace slipway::cli {

namespace {

namespace json = boost::json;

constexpr std::size_t metadata_chars_max = 120;

struct Verdict {
  std::string backend;
  bool runs = false;
  std::string reason;  ///< why not
};

/// Loads the model with each backend. What a backend found is told by `report` where the file itself did not say.
std::vector<Verdict> try_backends(const std::filesystem::path& path, measure::ModelReport& report) {
  runtime::BackendRegistry registry(runtime::BackendRegistry::default_folders());
  runtime::LoadOptions options;
  options.path = std::filesystem::absolute(path);
  options.format = report.format;
  std::vector<Verdict> verdicts;
  for (const std::string& name : registry.names()) {
    if (name == "fake") continue;  // answers anything: says nothing of the model
    const auto model = registry.load(name, options);
    verdicts.push_back({name, model.has_value(), model ? "" : model.error().message()});
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
    json::object operators;
    for (const auto& [name, count] : report.operators) operators[name] = count;
    document["operators"] = std::move(operators);
    document["parameters"] = report.parameters;
    document["weight_bytes"] = report.weight_bytes;
    document["external_files"] = json::value_from(report.external_files);
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
    fmt::print("  parameters  {} in {} bytes\n", report.parameters, report.weight_bytes);
    for (const auto& file : report.external_files) fmt::print("  weights in  {}\n", file);
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
    auto report = measure::read_model_report(arguments->model);
    if (!report) {
      fmt::print(stderr, "slipway inspect: {}\n", report.error().message());
      exit_code = 2;
      return;
    }
    const auto verdicts = try_backends(arguments->model, *report);
    if (arguments->json) {
      fmt::print("{}\n", as_json(arguments->model, *report, verdicts));
    } else {
      print_text(arguments->model, *report, verdicts);
    }
  });
}

}  // namespace slipway::cli
