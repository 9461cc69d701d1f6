#include "protocol/json_fault.hpp"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <cstdint>
#include <limits>

#include "protocol/non_finite.hpp"

namespace slipway::protocol {

namespace json = boost::json;
namespace ondemand = simdjson::ondemand;

namespace {

/// Takes what the parser reads and keeps nothing.
struct Ignore {
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  using Failure = json::error_code;
  static bool on_document_begin(Failure& /*failure*/) { return true; }
  static bool on_document_end(Failure& /*failure*/) { return true; }
  static bool on_object_begin(Failure& /*failure*/) { return true; }
  static bool on_object_end(std::size_t /*count*/, Failure& /*failure*/) { return true; }
  static bool on_array_begin(Failure& /*failure*/) { return true; }
  static bool on_array_end(std::size_t /*count*/, Failure& /*failure*/) { return true; }
  static bool on_key_part(json::string_view /*text*/, std::size_t /*count*/, Failure& /*failure*/) { return true; }
  static bool on_key(json::string_view /*text*/, std::size_t /*count*/, Failure& /*failure*/) { return true; }
  static bool on_string_part(json::string_view /*text*/, std::size_t /*count*/, Failure& /*failure*/) { return true; }
  static bool on_string(json::string_view /*text*/, std::size_t /*count*/, Failure& /*failure*/) { return true; }
  static bool on_number_part(json::string_view /*text*/, Failure& /*failure*/) { return true; }
  static bool on_int64(std::int64_t /*value*/, json::string_view /*text*/, Failure& /*failure*/) { return true; }
  static bool on_uint64(std::uint64_t /*value*/, json::string_view /*text*/, Failure& /*failure*/) { return true; }
  static bool on_double(double /*value*/, json::string_view /*text*/, Failure& /*failure*/) { return true; }
  static bool on_bool(bool /*value*/, Failure& /*failure*/) { return true; }
  static bool on_null(Failure& /*failure*/) { return true; }
  static bool on_comment_part(json::string_view /*text*/, Failure& /*failure*/) { return true; }
  static bool on_comment(json::string_view /*text*/, Failure& /*failure*/) { return true; }
};

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text) {
  json::basic_parser<Ignore> parser{json::parse_options{}};
  json::error_code failure;
  std::size_t read = parser.write_some(false, text.data(), text.size(), failure);
  if (!failure && read < text.size() && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
    failure = json::error::extra_data;
    read = text.find_first_not_of(" \t\r\n", read);
  }
  if (!failure) return std::nullopt;
  return JsonFault{.byte = read, .reason = failure.message()};
}

core::Error with_json_fault(core::Error error, std::string_view text) {
  auto fault = find_json_fault(text);
  if (fault) fault = find_json_fault(without_non_finite(text));
  if (!fault) return error;
  return {core::Code::invalid_argument, fmt::format("the body is not JSON: {} at byte {}", fault->reason, fault->byte)};
}

core::Result<void> check_unread(ondemand::value value, std::size_t depth) {
  constexpr std::size_t most_depth = 32;
  const auto wrong = [](std::string_view why) {
    return core::fail(core::Code::invalid_argument, fmt::format("the body is not JSON: {}", why));
  };
  if (depth > most_depth) return wrong("it is nested too deeply");
  simdjson::error_code failure = simdjson::SUCCESS;
  ondemand::json_type type{};
  if (non_finite(value.raw_json_token())) return {};
  if (failure = value.type().get(type); failure != simdjson::SUCCESS) return wrong(simdjson::error_message(failure));
  switch (type) {
    case ondemand::json_type::array: {
      ondemand::array list;
      if (failure = value.get_array().get(list); failure != simdjson::SUCCESS) break;
      for (auto item : list) {
        ondemand::value inner;
        if (failure = item.get(inner); failure != simdjson::SUCCESS) return wrong(simdjson::error_message(failure));
        TRY_VOID(check_unread(inner, depth + 1));
      }
      break;
    }
    case ondemand::json_type::object: {
      ondemand::object object;
      if (failure = value.get_object().get(object); failure != simdjson::SUCCESS) break;
      for (auto field : object) {
        ondemand::value inner;
        if (failure = field.value().get(inner); failure != simdjson::SUCCESS)
          return wrong(simdjson::error_message(failure));
        TRY_VOID(check_unread(inner, depth + 1));
      }
      break;
    }
    case ondemand::json_type::number: failure = value.get_double().error(); break;
    case ondemand::json_type::string: failure = value.get_string().error(); break;
    case ondemand::json_type::boolean: failure = value.get_bool().error(); break;
    case ondemand::json_type::null: {
      bool is_null = false;
      failure = value.is_null().get(is_null);
      if (failure == simdjson::SUCCESS && !is_null) failure = simdjson::N_ATOM_ERROR;
      break;
    }
  }
  if (failure != simdjson::SUCCESS) return wrong(simdjson::error_message(failure));
  return {};
}

}  // namespace slipway::protocol
