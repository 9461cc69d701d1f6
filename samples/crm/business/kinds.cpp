#include "business/kinds.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "business/clock.hpp"
#include "business/text.hpp"

namespace crm {
namespace {

constexpr std::int64_t integer_max = 1'000'000'000'000'000;

Field one_line(std::string_view name, bool required = false) {
  return {.name = name, .required = required, .standard = std::string(), .choices = {}};
}

Field of_type(std::string_view name, FieldType type, Value standard, bool required = false) {
  return {.name = name, .type = type, .required = required, .standard = std::move(standard), .choices = {}};
}

Field long_text(std::string_view name, bool required, std::size_t length_max) {
  return {.name = name,
          .type = FieldType::lines,
          .required = required,
          .standard = std::string(),
          .length_max = length_max,
          .choices = {}};
}

std::vector<Kind> all_kinds() {
  using enum FieldType;
  const Field owner = of_type("customer_id", customer, {}, true);
  const Field email_field = of_type("email", email, std::string());
  Field stage = of_type("stage", choice, std::string("lead"));
  stage.choices = {"lead", "qualified", "proposal", "won", "lost"};
  Field recording = of_type("has_recording", boolean, false);
  recording.read_only = true;
  return {
      {"customers",
       "customer",
       {one_line("name", true), one_line("company"), one_line("phone"), email_field, long_text("address", false, 500)},
       "name"},
      {"contacts",
       "contact",
       {owner, one_line("name", true), one_line("role"), one_line("phone"), email_field},
       "name"},
      {"deals",
       "deal",
       {owner, one_line("title", true), stage, of_type("value_cents", integer, std::int64_t{0}),
        of_type("currency", currency, std::string("EUR")), of_type("close_on", date, {})},
       "title"},
      {"notes", "note", {owner, long_text("text", true, 20'000), recording}, "-created_at"},
      {"tasks",
       "task",
       {of_type("customer_id", customer, {}), one_line("title", true), of_type("due_on", date, {}),
        of_type("done", boolean, false), one_line("assignee")},
       "due_on"},
  };
}

std::unexpected<Error> invalid(const Field& field, const std::string& message) {
  return refuse(Code::invalid, std::string(field.name) + ": " + message, std::string(field.name));
}

std::string list(const std::vector<std::string_view>& choices) {
  std::string text;
  for (const auto choice : choices) {
    text += text.empty() ? "" : ", ";
    text += choice;
  }
  return text;
}

Result<Value> checked_text(const Field& field, std::string_view given) {
  const auto cleaned = clean(given);
  if (!cleaned) return invalid(field, "the text is not UTF-8");
  if (characters(*cleaned) > field.length_max) {
    return invalid(field, "longer than " + std::to_string(field.length_max) + " characters");
  }
  if (has_control_characters(*cleaned, field.type == FieldType::lines)) {
    return invalid(field, "has characters that cannot be shown");
  }
  if (field.type == FieldType::date) {
    if (cleaned->empty()) return Value();
    if (!read_day(*cleaned)) return invalid(field, "\"" + *cleaned + "\" is no day; write it as 2027-01-31");
  } else if (field.type == FieldType::email) {
    if (!cleaned->empty() && !looks_like_email(*cleaned)) {
      return invalid(field, "\"" + *cleaned + "\" is no e-mail address; write it as name@example.com");
    }
  } else if (field.type == FieldType::choice) {
    if (std::ranges::find(field.choices, *cleaned) == field.choices.end()) {
      return invalid(field, "\"" + *cleaned + "\" given, one of " + list(field.choices) + " expected");
    }
  } else if (field.type == FieldType::currency) {
    if (cleaned->size() != 3 || !std::ranges::all_of(*cleaned, [](char c) { return c >= 'A' && c <= 'Z'; })) {
      return invalid(field, "\"" + *cleaned + "\" given, three capital letters as EUR expected");
    }
  }
  return Value(*cleaned);
}

Result<Value> checked(const Field& field, const Value& given) {
  if (std::holds_alternative<std::monostate>(given)) return field.standard;
  if (const auto* text = std::get_if<std::string>(&given)) {
    if (!is_text(field.type)) {
      return invalid(field, field.type == FieldType::boolean ? "true or false expected, text given"
                                                             : "a whole number expected, text given");
    }
    return checked_text(field, *text);
  }
  if (const auto* number = std::get_if<std::int64_t>(&given)) {
    if (field.type != FieldType::integer && field.type != FieldType::customer) {
      return invalid(field, field.type == FieldType::boolean ? "true or false expected, a number given"
                                                             : "text expected, a number given");
    }
    if (*number > integer_max || *number < -integer_max) return invalid(field, "the number is too large");
    return given;
  }
  if (field.type != FieldType::boolean) return invalid(field, "true or false given, another kind of value expected");
  return given;
}

bool is_empty(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return std::holds_alternative<std::monostate>(value) || (text != nullptr && text->empty());
}

}  // namespace

const Field* Kind::field(std::string_view wanted) const {
  const auto found = std::ranges::find(fields, wanted, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = all_kinds();
  return all;
}

const Kind* find_kind(std::string_view name) {
  const auto found = std::ranges::find(kinds(), name, &Kind::name);
  return found == kinds().end() ? nullptr : &*found;
}

const Kind& customers() { return *find_kind("customers"); }
const Kind& notes() { return *find_kind("notes"); }

Result<void> set_fields(const Kind& kind, const Fields& given, Fields& into) {
  for (const auto& [name, value] : given) {
    const auto* field = kind.field(name);
    if (field == nullptr) {
      return refuse(Code::invalid, name + ": a " + std::string(kind.singular) + " has no such field", name);
    }
    if (field->read_only) continue;
    auto accepted = checked(*field, value);
    if (!accepted) return std::unexpected(accepted.error());
    into.insert_or_assign(name, std::move(*accepted));
  }
  for (const auto& field : kind.fields) {
    const auto& value = into.try_emplace(std::string(field.name), field.standard).first->second;
    if (field.required && is_empty(value)) return invalid(field, "must not be empty");
  }
  return {};
}

}  // namespace crm
