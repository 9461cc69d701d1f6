#include "cli/fetch.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "cli/duration.hpp"
#include "cli/exit_code.hpp"
#include "cli/fetch_report.hpp"
#include "fetch/fetch.hpp"

namespace slipway::cli {

namespace {

struct FetchArguments {
  std::vector<std::string> addresses;
  std::filesystem::path to;
  std::vector<std::string> sha256;
  std::optional<std::string> endpoint;
  std::string timeout = "10m";
  unsigned retries = 5;
};

/// The first Ctrl-C, or request to end, asks for a stop; a second one ends the process at once.
class Interruption {
 public:
  Interruption() : signals_(context_, SIGINT, SIGTERM) {
    signals_.async_wait([this](auto error, int /*signal*/) {
      if (error) return;
      stop_.request_stop();
      signals_.clear();
    });
    thread_ = std::jthread([this] { context_.run(); });
  }
  ~Interruption() { context_.stop(); }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_;
  std::jthread thread_;
};

int fetch_all(const FetchArguments& arguments) {
  const auto refuse = [](const core::Error& error, int code) {
    fmt::print(stderr, "slipway fetch: {}\n", error.message());
    return code;
  };
  const auto time = duration_from(arguments.timeout);
  if (!time) return refuse(time.error().within("--timeout"), 2);
  if (time->count() <= 0) return refuse({core::Code::invalid_argument, "--timeout: more than 0 expected"}, 2);
  const auto plan = fetch::plan(arguments.addresses, arguments.to, arguments.sha256, arguments.endpoint);
  if (!plan) return refuse(plan.error(), exit_code_of(plan.error().code()));
  const Interruption interruption;
  const fetch::Limits limits{
      .end = std::chrono::steady_clock::now() + *time, .retries = arguments.retries, .stop = interruption.token()};
  core::Result<void> done;
  {
    FetchReport report;
    done = fetch::fetch(*plan, limits, report);
  }
  // whatever it is, the command line was right
  return done ? 0 : refuse(done.error(), 1);
}

}  // namespace

void add_fetch(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<FetchArguments>();
  CLI::App* command =
      app.add_subcommand("fetch", "models from HTTP(S) or S3 addresses to a folder, whole or not at all");
  command
      ->add_option("URL", arguments->addresses,
                   "http://, https://, s3://BUCKET/KEY, or s3://BUCKET/PREFIX/ for all below it; "
                   "archives (.tar, .tar.gz, .tgz, .tar.zst, .zip) are unpacked")
      ->required();
  command->add_option("--to", arguments->to, "folder; it is made where it is not there")->required();
  command
      ->add_option(
          "--sha256", arguments->sha256,
          "of the file or archive, or FILE:HEX for each of several; what is there with it is not fetched again")
      ->take_all()
      ->expected(1);
  command->add_option("--endpoint", arguments->endpoint,
                      "of an S3-compatible service; AWS_ENDPOINT_URL, or AWS itself, by default");
  command->add_option("--timeout", arguments->timeout, "for all of it: 90s, 10m, 2h; 10m by default");
  command->add_option("--retries", arguments->retries, "of one file after failures that may pass; 5 by default")
      ->check(CLI::Range(0U, 1000U));
  command->callback([arguments, &exit_code] { exit_code = fetch_all(*arguments); });
}

}  // namespace slipway::cli
