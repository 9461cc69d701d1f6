#include "cli/infer.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "admission/admission.hpp"
#include "app/logging.hpp"
#include "app/model_loading.hpp"
#include "cli/exit_code.hpp"
#include "cli/http_client.hpp"
#include "cli/infer_input.hpp"
#include "cli/infer_remote.hpp"
#include "cli/model_options.hpp"
#include "cli/npy.hpp"
#include "pipeline/service.hpp"
#include "protocol/friendly.hpp"

namespace slipway::cli {

using core::Code;

namespace {

struct InferArguments {
  std::string model;
  std::string input;
  std::string input_name;
  std::string version;
  std::uint32_t timeout_s = 60;
  config::ModelSpec spec;
};

core::Result<core::Response> run(const models::Handle& version, core::Request request) {
  std::promise<core::Result<core::Response>> promise;
  auto answer = promise.get_future();
  admission::infer(version, std::move(request),
                   [&promise](core::Result<core::Response> result) { promise.set_value(std::move(result)); });
  return answer.get();
}

core::Result<models::Handle> only_model(const models::Registry& registry, const std::string& version) {
  const auto services = registry.services();
  if (services.size() == 1) return registry.find(services.front()->name(), version);
  return core::fail(Code::invalid_argument,
                    fmt::format("{} models are there; name one model's file or folder", services.size()));
}

core::Result<std::string> infer_local(const InferArguments& arguments, core::Buffer input, InputKind kind) {
  runtime::BackendRegistry backends(runtime::BackendRegistry::default_folders());
  metrics::Registry metrics;
  models::Registry registry(backends, metrics);
  config::ModelSpec spec = arguments.spec;
  if (!spec.instances) spec.instances = 1;  // one answer needs one
  TRY(const app::Plan plan, app::plan_from({arguments.model}, spec));
  TRY_VOID(app::load_models(plan.models, registry, app::Purpose::one_answer));
  TRY(const models::Handle version, only_model(registry, arguments.version));

  core::Request request;
  if (kind == InputKind::thing) {
    if (!pipeline::takes_bytes(*version)) {
      return core::fail(Code::invalid_argument,
                        fmt::format("{}: model \"{}\" has no transform for files; give .json or .npy, or name a "
                                    "transform in its model.yaml",
                                    arguments.input, version->name()));
    }
    TRY(request, pipeline::prepare(*version, input));
  } else {
    auto given = request_from(std::move(input), kind, version->inputs(), arguments.input_name);
    if (!given) return std::unexpected(given.error().within(arguments.input));
    request = *std::move(given);
  }
  TRY(const core::Response response, run(version, std::move(request)));
  if (!pipeline::gives_labels(*version)) return protocol::encode_friendly(response);
  TRY(const auto labels, pipeline::labels(*version, response));
  return protocol::encode_labels(response, labels);
}

core::Result<std::string> infer(const CLI::App& command, const InferArguments& arguments) {
  TRY_VOID(app::set_up_logging(app::LogFormat::text, "warning"));
  const bool remote = looks_like_url(arguments.model);
  if (remote) TRY_VOID(check_no_model_options(command, arguments.model));
  const InputKind kind = kind_of(arguments.input);
  TRY(core::Buffer input, read_file(arguments.input));
  if (remote) {
    return infer_remote({.address = arguments.model,
                         .file = arguments.input,
                         .input_name = arguments.input_name,
                         .version = arguments.version,
                         .limit = std::chrono::seconds(arguments.timeout_s)},
                        std::move(input), kind);
  }
  return infer_local(arguments, std::move(input), kind);
}

}  // namespace

void add_infer(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<InferArguments>();
  CLI::App* command = app.add_subcommand("infer", "one answer for one input, from a model file or a running service");
  command->add_option("MODEL|URL", arguments->model, "model file or folder, or http://HOST:PORT/v2/models/NAME")
      ->required();
  command->add_option("INPUT", arguments->input, "a .json or .npy file, or any file where the model takes files")
      ->required();
  command->add_option("--input", arguments->input_name, "which input a .npy file is; the only one by default");
  command->add_option("--version", arguments->version, "the model's version; the highest by default");
  command->add_option("--limit-s", arguments->timeout_s, "seconds to wait for a running service; 60 by default")
      ->check(CLI::Range(1, 86400));
  add_model_options(*command, arguments->spec);
  command->callback([command, arguments, &exit_code] {
    const auto answer = infer(*command, *arguments);
    if (answer) {
      fmt::print("{}\n", *answer);
      return;
    }
    fmt::print(stderr, "slipway infer: {}\n", answer.error().message());
    exit_code = exit_code_of(answer.error().code());
  });
}

}  // namespace slipway::cli
