#include "speech/speech_messages.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace crm {

namespace json = boost::json;

namespace {

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

}  // namespace

std::optional<ServiceAddress> parse_address(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return std::nullopt;
  url.remove_prefix(scheme.size());
  const auto slash = url.find('/');
  const auto authority = url.substr(0, slash);
  ServiceAddress address{.port = "80"};
  if (slash != std::string_view::npos) address.path = url.substr(slash);
  while (address.path.ends_with('/')) address.path.pop_back();
  // The colons of an IPv6 address stand in brackets, which belong to the URL and not to the address.
  const bool in_brackets = authority.starts_with('[');
  const auto end = in_brackets ? authority.find(']') : authority.find(':');
  if (in_brackets && end == std::string_view::npos) return std::nullopt;
  address.host = in_brackets ? authority.substr(1, end - 1) : authority.substr(0, end);
  const auto rest = authority.substr(std::min(in_brackets ? end + 1 : end, authority.size()));
  if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
  if (!rest.empty()) address.port = rest.substr(1);
  const bool digits = std::ranges::all_of(address.port, [](char c) { return c >= '0' && c <= '9'; });
  if (address.host.empty() || address.port.empty() || !digits) return std::nullopt;
  return address;
}

std::expected<SpeechMessage, std::string> read_message(std::string_view text) {
  boost::system::error_code error;
  const auto parsed = json::parse(text, error);
  if (error || !parsed.is_object()) return std::unexpected("the speech service sent something that is no JSON object");
  const auto& object = parsed.get_object();
  SpeechMessage message{.listening = text_at(object, "state") == "listening", .error = text_at(object, "error")};
  const auto* results = object.if_contains("results");
  if (results == nullptr || !results->is_array()) return message;
  for (const auto& one : results->get_array()) {
    const auto* result = one.if_object();
    const auto* alternatives = result == nullptr ? nullptr : result->if_contains("alternatives");
    if (alternatives == nullptr || !alternatives->is_array() || alternatives->get_array().empty()) continue;
    const auto* best = alternatives->get_array()[0].if_object();
    if (best == nullptr) continue;
    const auto* is_final = result->if_contains("final");
    message.results.push_back({.text = trimmed(text_at(*best, "transcript")),
                               .is_final = is_final != nullptr && is_final->is_bool() && is_final->get_bool()});
  }
  return message;
}

std::string recognize_target(const ServiceAddress& address, std::string_view model) {
  constexpr std::string_view plain = "-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  auto target = address.path + "/v1/recognize?model=";
  for (const char c : model) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || plain.find(c) != std::string_view::npos) {
      target += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      target += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return target;
}

std::string start_message(int rate) {
  return json::serialize(json::object{{"action", "start"},
                                      {"content-type", "audio/l16;rate=" + std::to_string(rate) + ";channels=1"},
                                      {"interim_results", true},
                                      {"inactivity_timeout", -1}});
}

std::string stop_message() { return R"({"action":"stop"})"; }

std::expected<std::string, std::string> choose_model(std::string_view models, std::string_view language) {
  boost::system::error_code error;
  const auto parsed = json::parse(models, error);
  const auto* object = error ? nullptr : parsed.if_object();
  const auto* list = object == nullptr ? nullptr : object->if_contains("models");
  if (list == nullptr || !list->is_array()) return std::unexpected("the speech service told no list of models");
  std::string several;
  for (const auto& one : list->get_array()) {
    const auto* model = one.if_object();
    if (model == nullptr) continue;
    const auto has = text_at(*model, "language");
    if (has.starts_with(language)) return text_at(*model, "name");
    if (several.empty() && (has.empty() || has == "multi" || has == "multilingual" || has == "*")) {
      several = text_at(*model, "name");
    }
  }
  if (!several.empty()) return several;
  return std::unexpected("the speech service has no model for the language " + std::string(language));
}

}  // namespace crm
