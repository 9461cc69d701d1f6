#include "cli/health.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>
#include <string>

#include "cli/http_client.hpp"
#include "cli/port.hpp"

namespace slipway::cli {

namespace {

constexpr std::chrono::seconds limit{5};

/// That of a server with the same environment.
core::Result<std::string> usual_address() {
  constexpr const char* variable = "SLIPWAY_HTTP_PORT";
  const char* port = std::getenv(variable);
  if (port == nullptr || *port == '\0') return "http://127.0.0.1:8000";
  const auto number = port_from(port);
  if (!number) return std::unexpected(number.error().within(variable));
  return fmt::format("http://127.0.0.1:{}", *number);
}

int health(const std::string& given) {
  const auto address = given.empty() ? usual_address() : given;
  const auto url = address ? parse_url(*address) : std::unexpected(address.error());
  if (!url) {
    fmt::print(stderr, "slipway health: {}\n", url.error().message());
    return 2;
  }
  const std::string path = url->path + "/v2/health/ready";
  const auto answer = http_request(*url, {.method = "GET", .path = path}, limit);
  if (answer && answer->status == 200) {
    fmt::print("ready\n");
    return 0;
  }
  fmt::print("not ready: {}\n", answer ? fmt::format("{} answers {}", path, answer->status) : answer.error().message());
  return 1;
}

}  // namespace

void add_health(CLI::App& app, int& exit_code) {
  auto address = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("health", "whether a server's models are ready: ends with 0 or 1");
  command->add_option("URL", *address,
                      "the server; http://127.0.0.1:8000, or the port in SLIPWAY_HTTP_PORT, by default");
  command->callback([address, &exit_code] { exit_code = health(*address); });
}

}  // namespace slipway::cli
