#include "config/triton_fields.hpp"

#include <google/protobuf/descriptor.h>

#include <vector>

namespace slipway::config {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Lines = google::protobuf::TextFormat::ParseInfoTree;
using Visit = std::function<bool(const TritonField& field)>;

void visit_inside(const Message& message, Lines* lines, const std::string& prefix, const Visit& visit);

std::string value_of(const Message& message, const FieldDescriptor* field, int index) {
  const auto* reflection = message.GetReflection();
  if (field->is_map()) {
    const Message& entry = reflection->GetRepeatedMessage(message, field, index);
    const FieldDescriptor* key = entry.GetDescriptor()->map_key();
    return key->cpp_type() == FieldDescriptor::CPPTYPE_STRING ? entry.GetReflection()->GetString(entry, key) : "";
  }
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM || field->is_repeated()) return "";
  return reflection->GetEnum(message, field)->name();
}

void visit_one(const Message& message, Lines* lines, const FieldDescriptor* field, int index, const std::string& path,
               const Visit& visit) {
  const auto* reflection = message.GetReflection();
  // the parser counts a field that may stand once as -1
  const int line = lines == nullptr ? -1 : lines->GetLocation(field, field->is_repeated() ? index : -1).line;
  if (!visit({path, line + 1, value_of(message, field, index)}) ||
      field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map())
    return;
  const Message& inner = field->is_repeated() ? reflection->GetRepeatedMessage(message, field, index)
                                              : reflection->GetMessage(message, field);
  Lines* inner_lines = lines == nullptr ? nullptr : lines->GetTreeForNested(field, field->is_repeated() ? index : -1);
  visit_inside(inner, inner_lines, path + ".", visit);
}

void visit_inside(const Message& message, Lines* lines, const std::string& prefix, const Visit& visit) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) visit_one(message, lines, field, i, prefix + field->name(), visit);
  }
}

}  // namespace

void visit_fields(const Message& message, Lines* lines, const Visit& visit) { visit_inside(message, lines, "", visit); }

}  // namespace slipway::config
