#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// Where a service is: http://HOST[:PORT][/PATH], an IPv6 address as HOST in brackets.
struct ServiceAddress {
  std::string host;  ///< without brackets
  std::string port;
  std::string path;  ///< without the / at its end; "" for the root

  std::string authority() const { return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port; }
};

/// Nothing: the URL is no such address.
std::optional<ServiceAddress> parse_address(std::string_view url);

/// What one message of Watson's WebSocket says.
struct SpeechMessage {
  struct Result {
    std::string text;
    bool is_final = false;
  };
  bool listening = false;
  std::string error;
  std::vector<Result> results;
};

/// Reads a message; the error says what is wrong with it.
std::expected<SpeechMessage, std::string> read_message(std::string_view text);

/// The path of the WebSocket: /v1/recognize with the model.
std::string recognize_target(const ServiceAddress& address, std::string_view model);
std::string start_message(int rate);
std::string stop_message();

/// The model for a language out of the answer to GET /v1/models: the first of that language, then the first that has
/// several; "" with `error` set where there is none. `language` is en or pt; models have "en-US", "pt-BR", "multi", ….
std::expected<std::string, std::string> choose_model(std::string_view models, std::string_view language);

}  // namespace crm
