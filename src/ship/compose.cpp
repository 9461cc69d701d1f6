#include "ship/compose.hpp"

#include <fmt/format.h>

#include "ship/kubernetes.hpp"
#include "ship/quantity.hpp"
#include "ship/yaml_text.hpp"

namespace slipway::ship {

namespace {

std::string cores(std::uint64_t millis) {
  return millis % 1000 == 0 ? fmt::format("{}", millis / 1000)
                            : fmt::format("{:.3f}", static_cast<double>(millis) / 1000);
}

/// Mebibytes, which Compose calls M.
std::string mebibytes(std::uint64_t bytes) { return fmt::format("{}M", rounded_up(bytes, mebi) / mebi); }

void add_service_resources(YamlText& text, const DeployPlan& plan) {
  text.mark("cores and memory");
  text.add(4, "deploy:\n  resources:\n    limits:\n");
  if (plan.cpu_limit_millis > 0)
    text.add(10, "cpus: {}  # the server runs an instance of each model a core\n",
             Scalar::quoted(cores(plan.cpu_limit_millis)));
  text.add(10, "memory: {}\n", Scalar::text(mebibytes(plan.memory_limit_bytes)));
  text.add(8, "reservations:\n  memory: {}\n", Scalar::text(mebibytes(plan.memory_bytes)));
  if (plan.gpus == 0) return;
  text.add(10, R"(
devices:
  - driver: nvidia
    count: {}
    capabilities:
      - gpu
)",
           Scalar::number(plan.gpus));
}

void add_service_ports(YamlText& text, const DeployPlan& plan) {
  text.mark("ports, and who reaches them");
  text.add(4, "ports:  # of this machine alone; without 127.0.0.1 of every network that it is in\n");
  const auto add = [&](std::uint16_t port) {
    text.add(6, "- {}\n", Scalar::quoted(fmt::format("127.0.0.1:{}:{}", port, port)));
  };
  add(plan.subject.http_port);
  if (plan.subject.grpc_port) add(*plan.subject.grpc_port);
  if (plan.subject.metrics_port) add(*plan.subject.metrics_port);
}

void add_service_environment(YamlText& text, const DeployPlan& plan) {
  text.mark("settings (SLIPWAY_…)");
  text.add(4, R"(
environment:  # every option of slipway serve has a variable
  SLIPWAY_DRAIN_DELAY: {}  # asked to end: not ready, and answering
  SLIPWAY_DRAIN_TIMEOUT: {}  # then what was accepted is finished
)",
           Scalar::quoted(duration_text(plan.drain_delay)), Scalar::quoted(duration_text(plan.drain_timeout)));
  for (const auto& [name, value] : port_variables(plan.subject))
    text.add(6, "{}: {}\n", Scalar::text(name), Scalar::quoted(value));
  for (const auto& [name, value] : plan.variables)
    text.add(6, "{}: {}\n", Scalar::text(name), Scalar::not_expanded(value));
  if (!plan.subject.is_app) return;
  text.mark("the app file");
  text.add(4, R"(
# one beside this file, in place of the image's, but for its host and ports:
# volumes:
#   - {}
)",
           Scalar::comment(fmt::format("./{0}:/app/{0}:ro", plan.subject.file_name)));
}

}  // namespace

std::string compose_file(const DeployPlan& plan) {
  YamlText text;
  text.add(0, "name: {}\nservices:\n  {}:\n", Scalar::text(plan.name), Scalar::text(plan.name));
  text.mark("image");
  text.add(4, "image: {}\n", Scalar::text(plan.image));
  add_service_ports(text, plan);
  add_service_resources(text, plan);
  add_service_environment(text, plan);
  text.add(4, R"(
restart: unless-stopped
stop_grace_period: {}  # drain delay, drain timeout, and 5 s to end
healthcheck:  # ready: every model is loaded
  test:
    - CMD
    - /usr/bin/slipway
    - health
  interval: 10s
  timeout: 6s
  retries: 3
  start_period: 300s
read_only: true
user: "65532:65532"
cap_drop:
  - ALL
security_opt:
  - no-new-privileges:true
)",
           Scalar::duration(plan.grace()));
  return with_index(about(plan, "docker compose -f FILE up -d, or podman-compose"), text);
}

}  // namespace slipway::ship
