#include "unranked.hpp"

#include <fcntl.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>

#include <cstdint>
#include <functional>
#include <limits>

namespace slipway::onnxruntime {

namespace {

using google::protobuf::io::CodedInputStream;

// onnx.proto: field numbers of the messages on the way from the model to a shape
constexpr std::uint32_t model_graph = 7;
constexpr std::uint32_t graph_input = 11;
constexpr std::uint32_t graph_output = 12;
constexpr std::uint32_t value_name = 1;
constexpr std::uint32_t value_type = 2;
constexpr std::uint32_t type_tensor = 1;
constexpr std::uint32_t tensor_shape = 2;

constexpr std::uint32_t length_delimited = 2;

/// Goes over the fields of one message; `enter` gets those that have a length, and reads all of it or says that it did
/// not. False when the bytes are no message.
bool walk(CodedInputStream& in, const std::function<bool(std::uint32_t field, std::uint32_t length)>& enter) {
  while (const std::uint32_t tag = in.ReadTag()) {
    std::uint64_t skipped = 0;
    std::uint32_t length = 0;
    switch (tag & 7U) {
      case 0:
        if (!in.ReadVarint64(&skipped)) return false;
        break;
      case 1:
        if (!in.Skip(8)) return false;
        break;
      case length_delimited:
        if (!in.ReadVarint32(&length) || length > static_cast<std::uint32_t>(std::numeric_limits<int>::max()))
          return false;
        if (!enter(tag >> 3U, length) && !in.Skip(static_cast<int>(length))) return false;
        break;
      case 5:
        if (!in.Skip(4)) return false;
        break;
      default: return false;
    }
  }
  return true;
}

/// Goes over a message inside another.
void inside(CodedInputStream& in, std::uint32_t length,
            const std::function<bool(std::uint32_t field, std::uint32_t length)>& enter) {
  const auto limit = in.PushLimit(static_cast<int>(length));
  walk(in, enter);
  in.Skip(in.BytesUntilLimit());
  in.PopLimit(limit);
}

void read_value(CodedInputStream& in, std::uint32_t length, std::set<std::string>& unranked) {
  std::string name;
  bool tensor = false;
  bool shaped = false;
  inside(in, length, [&](std::uint32_t field, std::uint32_t size) {
    if (field == value_name) return in.ReadString(&name, static_cast<int>(size));
    if (field != value_type) return false;
    inside(in, size, [&](std::uint32_t kind, std::uint32_t of) {
      if (kind != type_tensor) return false;
      tensor = true;
      inside(in, of, [&](std::uint32_t part, std::uint32_t /*length*/) {
        shaped = shaped || part == tensor_shape;
        return false;
      });
      return true;
    });
    return true;
  });
  if (tensor && !shaped) unranked.insert(name);
}

}  // namespace

std::set<std::string> unranked_tensors(const std::string& path) {
  std::set<std::string> unranked;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return unranked;
  google::protobuf::io::FileInputStream stream(file);
  stream.SetCloseOnDelete(true);
  CodedInputStream in(&stream);
  in.SetTotalBytesLimit(std::numeric_limits<int>::max());
  walk(in, [&](std::uint32_t field, std::uint32_t length) {
    if (field != model_graph) return false;
    inside(in, length, [&](std::uint32_t part, std::uint32_t size) {
      if (part != graph_input && part != graph_output) return false;
      read_value(in, size, unranked);
      return true;
    });
    return true;
  });
  return unranked;
}

}  // namespace slipway::onnxruntime
