#include "protocol/grpc_fields.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <bit>
#include <utility>

#include "protocol/grpc_wire.hpp"
#include "protocol/limits.hpp"

namespace slipway::protocol {

using core::invalid;
using google::protobuf::io::CodedInputStream;

namespace {

/// Calls `read` for a message that lies within another, of which it must leave nothing.
template <class Read>
bool read_within(CodedInputStream& in, const Read& read) {
  int size = 0;
  if (!in.ReadVarintSizeAsInt(&size) || size > in.BytesUntilLimit()) return false;
  const auto limit = in.PushLimit(size);
  const bool whole = read() && in.BytesUntilLimit() == 0;
  in.PopLimit(limit);
  return whole;
}

/// Calls `read` with the tag of each field of a message.
template <class Read>
bool read_each(CodedInputStream& in, const Read& read) {
  while (const std::uint32_t tag = in.ReadTag()) {
    if (!read(tag)) return false;
  }
  return in.ConsumedEntireMessage();
}

template <class Take>
bool read_varint(CodedInputStream& in, const Take& take) {
  std::uint64_t number = 0;
  if (!in.ReadVarint64(&number)) return false;
  take(number);
  return true;
}

bool read_double(CodedInputStream& in, std::optional<core::Parameter>& value) {
  std::uint64_t bits = 0;
  if (!in.ReadLittleEndian64(&bits)) return false;
  value = std::bit_cast<double>(bits);
  return true;
}

bool read_text(CodedInputStream& in, std::optional<core::Parameter>& value) {
  std::string text;
  if (!read_string(in, text)) return false;
  value = std::move(text);
  return true;
}

core::Parameter unsigned_parameter(std::uint64_t number) {
  if (std::in_range<std::int64_t>(number)) return static_cast<std::int64_t>(number);
  return number;
}

/// An inference.InferParameter.
bool read_value(CodedInputStream& in, std::optional<core::Parameter>& value) {
  using Value = inference::InferParameter;
  return read_each(in, [&](std::uint32_t tag) {
    switch (tag) {
      case tag_of(Value::kBoolParamFieldNumber, Wire::varint):
        return read_varint(in, [&](std::uint64_t number) { value = number != 0; });
      case tag_of(Value::kInt64ParamFieldNumber, Wire::varint):
        return read_varint(in, [&](std::uint64_t number) { value = static_cast<std::int64_t>(number); });
      case tag_of(Value::kUint64ParamFieldNumber, Wire::varint):
        return read_varint(in, [&](std::uint64_t number) { value = unsigned_parameter(number); });
      case tag_of(Value::kStringParamFieldNumber): return read_text(in, value);
      case tag_of(Value::kDoubleParamFieldNumber, Wire::fixed64): return read_double(in, value);
      default: return skip_field(in, tag);
    }
  });
}

/// An entry of map<string, InferParameter>: key = 1, value = 2.
bool read_entry(CodedInputStream& in, std::string& key, std::optional<core::Parameter>& value) {
  return read_within(in, [&] {
    return read_each(in, [&](std::uint32_t tag) {
      if (tag == tag_of(1)) return read_string(in, key);
      if (tag == tag_of(2)) return read_within(in, [&] { return read_value(in, value); });
      return skip_field(in, tag);
    });
  });
}

/// A parameter of a tensor goes to `take`, until one does not fit.
template <class Take>
bool read_tensor_parameter(CodedInputStream& in, core::Result<void>& fits, const Take& take) {
  std::string key;
  std::optional<core::Parameter> value;
  if (!read_entry(in, key, value)) return false;
  if (!value || !fits) return true;
  if (const auto taken = take(key, *value); !taken) fits = std::unexpected(taken.error());
  return true;
}

/// One dimension, which is not kept beyond the bound.
bool read_dimension(CodedInputStream& in, GrpcInput& input) {
  return read_varint(in, [&](std::uint64_t dim) {
    if (input.shape.size() < most_dimensions) {
      input.shape.push_back(static_cast<std::int64_t>(dim));
    } else if (input.fits) {
      input.fits = invalid(fmt::format("shape has over {} dimensions, the most that is taken", most_dimensions));
    }
  });
}

/// All of them, as most clients pack them.
bool read_dimensions(CodedInputStream& in, GrpcInput& input) {
  while (in.BytesUntilLimit() > 0) {
    if (!input.fits) return in.Skip(in.BytesUntilLimit());
    if (!read_dimension(in, input)) return false;
  }
  return true;
}

bool read_contents(CodedInputStream& in, GrpcInput& input) {
  if (!input.contents) input.contents.emplace();
  return read_within(in, [&] { return input.contents->MergeFromCodedStream(&in) && in.ConsumedEntireMessage(); });
}

}  // namespace

bool read_string(CodedInputStream& in, std::string& text) {
  int size = 0;
  if (!in.ReadVarintSizeAsInt(&size) || size > in.BytesUntilLimit()) return false;
  return in.ReadString(&text, size) && simdjson::validate_utf8(text);
}

bool read_parameter(CodedInputStream& in, core::Parameters& parameters) {
  std::string key;
  std::optional<core::Parameter> value;
  if (!read_entry(in, key, value)) return false;
  if (!value) return true;
  // Triton's client for C++ has ids of 64 bits without a sign and sends them so, the large ones below 0
  if (const auto* number = std::get_if<std::int64_t>(&*value); number != nullptr && key == "sequence_id")
    value = unsigned_parameter(static_cast<std::uint64_t>(*number));
  parameters.emplace_back(std::move(key), *std::move(value));
  return true;
}

bool read_input(CodedInputStream& in, GrpcInput& input) {
  using Message = inference::ModelInferRequest::InferInputTensor;
  const auto field = [&](std::uint32_t tag) {
    switch (tag) {
      case tag_of(Message::kNameFieldNumber): return read_string(in, input.name);
      case tag_of(Message::kDatatypeFieldNumber): return read_string(in, input.datatype);
      case tag_of(Message::kShapeFieldNumber): return read_within(in, [&] { return read_dimensions(in, input); });
      case tag_of(Message::kShapeFieldNumber, Wire::varint): return read_dimension(in, input);
      case tag_of(Message::kParametersFieldNumber):
        return read_tensor_parameter(in, input.fits, [&](std::string_view key, const core::Parameter& value) {
          return read_shared_parameter(input.shared, key, value);
        });
      case tag_of(Message::kContentsFieldNumber): return read_contents(in, input);
      default: return skip_field(in, tag);
    }
  };
  return read_within(in, [&] { return read_each(in, field); });
}

bool read_output(CodedInputStream& in, GrpcOutput& output) {
  using Message = inference::ModelInferRequest::InferRequestedOutputTensor;
  const auto field = [&](std::uint32_t tag) {
    switch (tag) {
      case tag_of(Message::kNameFieldNumber): return read_string(in, output.wish.name);
      case tag_of(Message::kParametersFieldNumber):
        return read_tensor_parameter(in, output.fits, [&](std::string_view key, const core::Parameter& value) {
          return read_output_parameter(output.wish, key, value);
        });
      default: return skip_field(in, tag);
    }
  };
  return read_within(in, [&] { return read_each(in, field); });
}

bool skip_field(CodedInputStream& in, std::uint32_t tag) {
  std::uint64_t number = 0;
  int size = 0;
  switch (static_cast<Wire>(tag & 7U)) {
    case Wire::varint: return in.ReadVarint64(&number);
    case Wire::fixed64: return in.Skip(8);
    case Wire::delimited: return in.ReadVarintSizeAsInt(&size) && in.Skip(size);
    case Wire::fixed32: return in.Skip(4);
    default: return false;
  }
}

}  // namespace slipway::protocol
