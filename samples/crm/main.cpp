#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include "business/secrets.hpp"
#include "data/sql_store.hpp"
#include "presentation/client_address.hpp"
#include "presentation/server.hpp"
#include "speech/speech_client.hpp"

namespace {

constexpr std::chrono::seconds finish_max{5};

struct Options {
  crm::ServerOptions server;
  crm::SpeechOptions speech;
  std::string database = "sqlite:crm.db";
  std::string admin_password_file;
  std::string web = CRM_WEB_FOLDER;
  unsigned idle_seconds = 60;
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("--host", options.server.host, "the address to listen on")->envname("CRM_HOST")->capture_default_str();
  app.add_option("--port", options.server.port, "the port; 0: any free one")
      ->envname("CRM_PORT")
      ->capture_default_str();
  app.add_option("--idle-seconds", options.idle_seconds, "how long a connection may be silent")
      ->envname("CRM_IDLE_SECONDS")
      ->check(CLI::Range(1U, 86'400U))
      ->capture_default_str();
  app.add_option("--trusted-proxy", options.server.trusted_proxies,
                 "addresses or networks of proxies whose X-Forwarded-For tells who calls; else nobody's is believed")
      ->envname("CRM_TRUSTED_PROXY")
      ->delimiter(',')
      ->check([](const std::string& text) {
        return crm::is_network(text) ? std::string() : "10.0.0.7 or 10.0.0.0/8 expected, \"" + text + "\" given";
      });
  app.add_option("--database", options.database, "sqlite:PATH or postgresql://USER@HOST/NAME")
      ->envname("CRM_DATABASE")
      ->capture_default_str();
  app.add_option("--speech", options.speech.url,
                 "the speech service, http://HOST:PORT; without one there is no dictation")
      ->envname("CRM_SPEECH");
  app.add_option("--speech-model-en", options.speech.models["en"], "its model for English; else its own list is asked")
      ->envname("CRM_SPEECH_MODEL_EN");
  app.add_option("--speech-model-pt", options.speech.models["pt"], "its model for Portuguese")
      ->envname("CRM_SPEECH_MODEL_PT");
  app.add_option("--admin-password-file", options.admin_password_file,
                 "a file with the password of the first user, admin; else one is made up and printed, once")
      ->envname("CRM_ADMIN_PASSWORD_FILE");
  app.add_option("--web", options.web, "the folder of the page")->envname("CRM_WEB")->capture_default_str();
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line.empty()) throw std::runtime_error("no password in the first line of " + path);
  return line;
}

void ensure_admin(crm::Accounts& accounts, const std::string& password_file) {
  if (accounts.has_users()) return;
  const auto password = password_file.empty() ? crm::random_token().substr(0, 16) : first_line(password_file);
  const auto made = accounts.ensure_admin(password);
  if (!made) throw std::runtime_error(made.error().message);
  if (*made && password_file.empty()) fmt::print("CRM: the first user is admin, the password {}\n", password);
}

void run(const Options& options) {
  crm::SqlStore store(options.database);
  const auto clock = crm::system_clock();
  crm::Accounts accounts(store, clock);
  ensure_admin(accounts, options.admin_password_file);
  crm::Records records(store, clock);
  crm::Exchange exchange(store, records);

  boost::asio::io_context context(1);
  crm::SpeechClient speech(context, options.speech);
  crm::Api api({.accounts = accounts, .records = records, .exchange = exchange, .speech = speech});
  const crm::StaticFiles files(options.web);
  crm::Server server(context, options.server, api, files, speech);

  bool ending = false;
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) {
    ending = true;
    speech.stop();
    server.stop();
  });
  const auto shown =
      options.server.host.find(':') == std::string::npos ? options.server.host : "[" + options.server.host + "]";
  fmt::print("CRM: http://{}:{}/\n", shown, server.port());
  std::fflush(stdout);
  while (!ending && context.run_one() > 0) {
  }
  context.run_for(finish_max);  // for what is being answered
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("A small CRM in three layers, which takes dictation by a speech service");
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  options.server.idle_max = std::chrono::seconds(options.idle_seconds);
  std::erase_if(options.speech.models, [](const auto& model) { return model.second.empty(); });
  spdlog::set_default_logger(spdlog::stderr_logger_mt("crm"));
  try {
    run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "crm: {}\n", error.what());
    return 1;
  }
  return 0;
}
