#include "cli/pack.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/named_models.hpp"
#include "cli/output_check.hpp"
#include "cli/remove_on_signal.hpp"
#include "core/io_error.hpp"
#include "core/work_folder.hpp"
#include "runtime/backend_registry.hpp"
#include "ship/format.hpp"
#include "ship/names.hpp"
#include "ship/pack.hpp"
#include "ship/push.hpp"

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

struct PackArguments {
  fs::path path;
  config::ModelSpec model;
  std::optional<std::string> format;
  std::string compression = "gzip";
  std::optional<fs::path> output;
  std::optional<std::string> name;
  bool explain = false;
  bool is_containerfile = false;
  bool is_pushed = false;
  std::optional<fs::path> auth;
  bool is_insecure = false;
};

constexpr double megabyte = 1e6;

/// "shop", "example.org:5000/shop:3", with skopeo's "docker://" or without; the tag is "latest" where there is none.
core::Result<std::string> reference_from(std::string name) {
  if (constexpr std::string_view transport = "docker://"; name.starts_with(transport)) name.erase(0, transport.size());
  TRY(const ship::ImageReference reference, ship::image_reference_from(name));
  if (reference.has_digest)
    return core::invalid(fmt::format("image \"{}\" given; a digest is known when the image is made, not before", name));
  if (name.find(':', name.rfind('/') + 1) == std::string::npos) name += ":latest";
  return name;
}

/// SOURCE_DATE_EPOCH (reproducible-builds.org), or the beginning of 1970.
core::Result<std::int64_t> time_of_files() {
  const char* said = std::getenv("SOURCE_DATE_EPOCH");
  if (said == nullptr) return 0;
  constexpr std::int64_t time_max = (std::int64_t{1} << 33U) - 1;  // what a tar archive has room for
  std::int64_t time = 0;
  const std::string_view text = said;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), time);
  if (failure != std::errc() || end != text.data() + text.size() || time < 0 || time > time_max)
    return core::invalid(fmt::format("SOURCE_DATE_EPOCH={}: seconds since 1970 expected", text));
  return time;
}

core::Result<ship::Compression> compression_from(const std::string& name) {
  if (name == "gzip") return ship::Compression::gzip;
  if (name == "zstd") return ship::Compression::zstd;
  return core::invalid(fmt::format("compression \"{}\" given; gzip or zstd expected", name));
}

/// What the options say that are of pushing alone.
core::Result<std::optional<ship::Push>> push_for(const PackArguments& arguments, const ship::PackPlan& plan) {
  if (!arguments.is_pushed) {
    if (arguments.auth || arguments.is_insecure)
      return core::invalid("--authfile and --insecure-registry are of --push, which is not given");
    return std::nullopt;
  }
  if (!ship::is_image(plan.format)) return core::invalid("--push takes an image; oci-archive or oci-dir expected");
  if (plan.name.find('/') == std::string::npos)
    return core::invalid("--push needs --image with the registry in it, as example.org/shop:3");
  TRY_VOID(ship::find_skopeo());
  ship::Push push{.reference = plan.name, .is_insecure = arguments.is_insecure};
  if (arguments.auth) push.auth = fs::absolute(*arguments.auth);
  return push;
}

/// Where it goes: a file, or a folder that is not there yet. An archive that is there is replaced, anything else is
/// not.
core::Result<fs::path> output_for(const PackArguments& arguments, const ship::PackPlan& plan,
                                  const std::string& called) {
  if (arguments.is_pushed && !arguments.output) return fs::path();
  fs::path output = fs::absolute(arguments.output.value_or(ship::default_output(plan.format, plan.compression, called)))
                        .lexically_normal();
  std::error_code failure;
  if (!fs::is_directory(output.parent_path(), failure))
    return core::invalid(fmt::format("{}: its folder is not there", output.string()));
  if (fs::exists(output, failure) && (ship::is_folder(plan.format) || !fs::is_regular_file(output)))
    return core::invalid(fmt::format("{}: is there already; name another with --output", output.string()));
  return output;
}

core::Result<ship::PackPlan> pack_plan_for(const PackArguments& arguments) {
  ship::PackPlan plan;
  if (arguments.is_containerfile && arguments.format && *arguments.format != "containerfile")
    return core::invalid(
        fmt::format("--format {} with --containerfile: one of them says what is made; without "
                    "--containerfile it is that",
                    *arguments.format));
  TRY(plan.format,
      ship::format_from(arguments.is_containerfile ? "containerfile" : arguments.format.value_or("oci-archive")));
  TRY(plan.compression, compression_from(arguments.compression));
  TRY(plan.time, time_of_files());
  if (plan.format == ship::Format::docker_archive && plan.compression == ship::Compression::zstd)
    return core::invalid("docker-archive takes no zstd; gzip expected");
  TRY(NamedModels named, named_models(arguments.path, arguments.model));
  for (const std::string& note : named.notes) fmt::print(stderr, "slipway pack: {}\n", note);
  plan.is_app = named.is_app;
  plan.base = named.given.parent_path();
  plan.target = plan.is_app ? "app" : "models";
  plan.served = fmt::format("/{}/{}", plan.target, named.given.filename().string());
  if (plan.is_app) plan.more.push_back(ship::file_item(named.given, plan.served.substr(1)));
  plan.over.backend = arguments.model.backend;
  if (named.server.http_port == 0)
    return core::invalid(
        fmt::format("{}: http_port 0 is any free one; a container needs one that is known", named.given.string()));
  plan.http_port = named.server.http_port;
  plan.ports = {fmt::format("{}/tcp", plan.http_port)};
  for (const auto& port : {named.server.grpc_port, named.server.metrics_port}) {
    if (port && *port != 0) plan.ports.push_back(fmt::format("{}/tcp", *port));
  }
  const std::string called = ship::image_name_from(named.called());
  TRY(plan.name, reference_from(arguments.name.value_or(called)));
  TRY(plan.output, output_for(arguments, plan, called));
  if (!plan.output.empty()) TRY_VOID(check_not_read("--output", plan.output, files_read(named)));
  plan.sources = std::move(named.sources);
  return plan;
}

/// On the file system of what is being made, so that it can be moved to its place.
core::Result<core::WorkFolder> work_folder_for(const fs::path& output) {
  std::error_code failure;
  const fs::path in = output.empty() ? fs::temp_directory_path(failure) : output.parent_path();
  if (failure) return core::fail(core::Code::unavailable, fmt::format("TMPDIR: {}", failure.message()));
  auto work = core::WorkFolder::create(in, fmt::format(".slipway-pack-{}-", output.filename().string()));
  if (work) return *std::move(work);
  return core::cannot_write(output.empty() ? in : output, work.error().value());
}

void print(const ship::PackPlan& plan, const ship::Packed& packed, bool explain) {
  std::uint64_t raw_size = 0;
  for (const ship::Part& part : packed.parts) {
    raw_size += part.raw_size;
    const std::uint64_t shown = part.size == 0 ? part.raw_size : part.size;
    fmt::print("{:8.1f} MB  {}\n", static_cast<double>(shown) / megabyte, part.title);
    if (!explain) continue;
    for (const auto& file : part.largest)
      fmt::print("{:>22.1f} MB  /{}\n", static_cast<double>(file.size) / megabyte, file.name);
    if (part.files > part.largest.size())
      fmt::print("{:>27}and {} smaller files\n", "", part.files - part.largest.size());
  }
  fmt::print("{:8.1f} MB  in all, {:.1f} MB when unpacked\n", static_cast<double>(packed.size) / megabyte,
             static_cast<double>(raw_size) / megabyte);
  fmt::print("{}{}{}\n{}\n", plan.name, packed.digest.empty() ? "" : " ", packed.digest,
             plan.output.empty() ? "pushed" : plan.output.string());
}

int pack(const PackArguments& arguments) {
  const auto refuse = [](const core::Error& error) {
    fmt::print(stderr, "slipway pack: {}\n", error.message());
    return exit_code_of(error.code());
  };
  const auto plan = pack_plan_for(arguments);
  if (!plan) return refuse(plan.error());
  const auto push = push_for(arguments, *plan);
  if (!push) return refuse(push.error());
  const auto work = work_folder_for(plan->output);
  if (!work) return refuse(work.error());
  const RemoveOnSignal remove(work->path());
  runtime::BackendRegistry backends(runtime::BackendRegistry::default_folders());
  const auto packed = ship::pack(*plan, *push, backends, work->path());
  if (!packed) {
    remove.wait_for_end();
    return refuse(packed.error());
  }
  print(*plan, *packed, arguments.explain);
  return 0;
}

}  // namespace

void add_pack(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<PackArguments>();
  CLI::App* command =
      app.add_subcommand("pack", "models and this program to a container image, without a container engine");
  command->add_option("MODEL", arguments->path, "model file, folder of models, or app.yaml")->required();
  command->add_option("-o,--output", arguments->output,
                      "file or folder to write; by default NAME.tar, NAME-image, NAME.tar.gz, NAME.deb or NAME-build, "
                      "as the format is");
  command->add_option("--image", arguments->name,
                      "name and tag, as example.org/shop:3; after the model, with the tag latest, by default");
  command->add_option("--format", arguments->format,
                      "oci-archive (default), oci-dir or docker-archive: an image; tar: one folder for any Linux; "
                      "deb: a package of Debian; containerfile: a folder that an engine builds the image from");
  command->add_flag("--containerfile", arguments->is_containerfile, "the same as --format containerfile");
  command->add_flag("--push", arguments->is_pushed, "have skopeo push the image to the registry of --image");
  command->add_option("--authfile", arguments->auth, "credentials for --push; skopeo's own by default");
  command->add_flag("--insecure-registry", arguments->is_insecure,
                    "with --push: over plain HTTP, or to any certificate");
  command->add_option("--compression", arguments->compression, "gzip (default) or zstd");
  command->add_flag("--explain", arguments->explain, "the largest files of each layer, and all files of each model");
  command->add_option(
      "--backend", arguments->model.backend,
      "backend that the models are packed with; else what each model.yaml says, or the first that can run it");
  command->callback([arguments, &exit_code] { exit_code = pack(*arguments); });
}

}  // namespace slipway::cli
