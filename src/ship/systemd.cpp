#include "ship/systemd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ship/kubernetes.hpp"
#include "ship/quantity.hpp"
#include "ship/systemd_sandbox.hpp"
#include "ship/yaml_text.hpp"

namespace slipway::ship {

namespace {

constexpr std::array<std::string_view, 5> hidden_folders{"/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"};

bool is_hidden(const std::string& path) {
  return std::ranges::any_of(hidden_folders, [&](auto folder) { return (path + "/").starts_with(folder); });
}

/// Whether a folder is a person's home, or that of everybody's temporary files: more than models lies in it.
bool is_home(const std::string& path) {
  const std::string parent = path.substr(0, path.rfind('/') + 1);
  return parent == "/home/" || parent == "/run/user/" ||
         std::ranges::find(hidden_folders, path + "/") != hidden_folders.end();
}

/// What must be shown to a service that sees none of the folders that a person has: a folder of models, in which more
/// of them may come; else what is read, and nothing that lies beside it.
std::vector<std::string> shown(const DeployPlan& plan) {
  std::vector<std::string> paths = plan.subject.read;
  if (!plan.subject.is_folder || !is_home(plan.subject.path)) paths.push_back(plan.subject.path);
  std::erase_if(paths, [](const std::string& path) { return !is_hidden(path); });
  std::ranges::sort(paths);
  std::vector<std::string> fewest;
  for (const std::string& path : paths) {
    if (std::ranges::none_of(fewest, [&](const auto& one) { return path == one || path.starts_with(one + "/"); }))
      fewest.push_back(path);
  }
  return fewest;
}

void add_command(YamlText& text, const DeployPlan& plan) {
  text.mark("program and models");
  if (plan.subject.backend.empty()) {
    text.add(0, "ExecStart={} serve {}\n", Scalar::unit_word(plan.program, true),
             Scalar::unit_word(plan.subject.path, true));
  } else {
    text.add(0, "ExecStart={} serve {} --backend {}\n", Scalar::unit_word(plan.program, true),
             Scalar::unit_word(plan.subject.path, true), Scalar::unit_word(plan.subject.backend, true));
  }
}

void add_settings(YamlText& text, const DeployPlan& plan) {
  const auto set = [&](const std::string& name, const std::string& value) {
    text.add(0, "Environment={}\n", Scalar::unit_word(fmt::format("{}={}", name, value)));
  };
  text.mark("settings (SLIPWAY_…)");
  text.add(0, "# Every option of slipway serve has a variable. The file need not be there, and wins.\n");
  set("SLIPWAY_DRAIN_DELAY", duration_text(plan.drain_delay));
  set("SLIPWAY_DRAIN_TIMEOUT", duration_text(plan.drain_timeout));
  set("SLIPWAY_CACHE_DIR", "/var/cache/slipway-" + plan.name);
  for (const auto& [name, value] : plan.variables) set(name, value);
  text.add(0, "EnvironmentFile=-/etc/slipway/{}.env\n", Scalar::unit_word(plan.name));
}

void add_unit_resources(YamlText& text, const DeployPlan& plan) {
  text.mark("cores and memory");
  if (plan.cpu_limit_millis > 0)
    text.add(0, "# the server runs an instance of each model a core: 100% is one\nCPUQuota={}%\n",
             Scalar::number(std::max<std::uint64_t>(plan.cpu_limit_millis / 10, 1)));
  text.add(0, "MemoryMax={}M\n", Scalar::number(rounded_up(plan.memory_limit_bytes, mebi) / mebi));
}

void add_sandbox(YamlText& text, const DeployPlan& plan) {
  const std::vector<std::string> paths = shown(plan);
  text.add(0, R"(

# It has a user of its own, whose one folder that can be written is the cache; it sees no other's files, processes or
# devices, and has no right beyond the sockets of a network. Code may be made in memory, as OpenVINO does.
CacheDirectory=slipway-{}
ProtectHome={}
)",
           Scalar::unit_word(plan.name), Scalar::unit_word(paths.empty() ? "yes" : "tmpfs"));
  for (const std::string& path : paths) text.add(0, "BindReadOnlyPaths={}\n", Scalar::unit_word(path));
  text.add(0, systemd_sandbox);
}

}  // namespace

std::string systemd_unit(const DeployPlan& plan) {
  YamlText text;
  text.add(0, R"(

[Unit]
Description=Models served by Slipway: {}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=exec
)",
           Scalar::unit_word(plan.name));
  add_command(text, plan);
  add_settings(text, plan);
  add_unit_resources(text, plan);
  text.add(0, R"(
Restart=on-failure
RestartSec=1
# drain delay, drain timeout, and 5 s to end
TimeoutStopSec={}
KillMode=mixed
)",
           Scalar::number(plan.grace().count()));
  add_sandbox(text, plan);
  text.add(0, R"(

[Install]
WantedBy=multi-user.target
)");
  const std::string use = fmt::format(
      "#\n#   cp {0}.service /etc/systemd/system/ && systemctl daemon-reload && systemctl enable --now {0}\n",
      plan.name);
  return with_index(about(plan, "/etc/systemd/system/" + plan.name + ".service") + use, text);
}

}  // namespace slipway::ship
