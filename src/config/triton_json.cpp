#include "config/triton_json.hpp"

#include <google/protobuf/descriptor.h>

#include <string>

namespace slipway::config {

namespace json = boost::json;

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// One value of a field: the `index`-th where it is repeated, else -1.
json::value one_of(const Message& message, const FieldDescriptor* field, int index, Unset unset) {
  const auto* reflection = message.GetReflection();
  const bool many = index >= 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return many ? reflection->GetRepeatedInt32(message, field, index) : reflection->GetInt32(message, field);
    case FieldDescriptor::CPPTYPE_INT64:
      return many ? reflection->GetRepeatedInt64(message, field, index) : reflection->GetInt64(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return many ? reflection->GetRepeatedUInt32(message, field, index) : reflection->GetUInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return many ? reflection->GetRepeatedUInt64(message, field, index) : reflection->GetUInt64(message, field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return many ? reflection->GetRepeatedDouble(message, field, index) : reflection->GetDouble(message, field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return many ? reflection->GetRepeatedFloat(message, field, index) : reflection->GetFloat(message, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return many ? reflection->GetRepeatedBool(message, field, index) : reflection->GetBool(message, field);
    case FieldDescriptor::CPPTYPE_STRING:
      return json::string(many ? reflection->GetRepeatedString(message, field, index)
                               : reflection->GetString(message, field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return json::string(
          (many ? reflection->GetRepeatedEnum(message, field, index) : reflection->GetEnum(message, field))->name());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return json_of(
          many ? reflection->GetRepeatedMessage(message, field, index) : reflection->GetMessage(message, field), unset);
  }
  return nullptr;
}

std::string key_of(const Message& entry) {
  const json::value key = one_of(entry, entry.GetDescriptor()->map_key(), -1, Unset::default_value);
  return key.is_string() ? std::string(key.as_string()) : json::serialize(key);
}

json::value all_of(const Message& message, const FieldDescriptor* field, Unset unset) {
  const auto* reflection = message.GetReflection();
  const int size = reflection->FieldSize(message, field);
  if (field->is_map()) {
    json::object entries;
    for (int i = 0; i < size; ++i) {
      const Message& entry = reflection->GetRepeatedMessage(message, field, i);
      entries[key_of(entry)] = one_of(entry, entry.GetDescriptor()->map_value(), -1, unset);
    }
    return entries;
  }
  json::array values;
  for (int i = 0; i < size; ++i) values.push_back(one_of(message, field, i, unset));
  return values;
}

}  // namespace

json::object json_of(const Message& message, Unset unset) {
  const auto* descriptor = message.GetDescriptor();
  const auto* reflection = message.GetReflection();
  json::object object;
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const bool is_set =
        field->is_repeated() ? reflection->FieldSize(message, field) > 0 : reflection->HasField(message, field);
    // a message that is not there, or a choice that is not made, has no value either way
    if (!is_set && (unset == Unset::left_out || field->has_presence())) continue;
    object[field->name()] = field->is_repeated() ? all_of(message, field, unset) : one_of(message, field, -1, unset);
  }
  return object;
}

}  // namespace slipway::config
