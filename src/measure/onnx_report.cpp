#include "measure/onnx_report.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx.pb.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <set>

namespace slipway::measure {

using core::Code;

namespace {

constexpr int nesting_max = 256;

std::string type_name(std::int32_t type) {
  using onnx::TensorProto;
  switch (type) {
    case TensorProto::BOOL: return "BOOL";
    case TensorProto::FLOAT: return "FP32";
    case TensorProto::DOUBLE: return "FP64";
    case TensorProto::FLOAT16: return "FP16";
    case TensorProto::BFLOAT16: return "BF16";
    case TensorProto::STRING: return "BYTES";
    default: break;
  }
  if (!onnx::TensorProto_DataType_IsValid(type)) return fmt::format("type {}", type);
  return onnx::TensorProto_DataType_Name(static_cast<onnx::TensorProto_DataType>(type));  // INT64, UINT8, FLOAT8E5M2, …
}

/// Bits of one element; 0 for strings and for types this program does not know.
std::uint64_t element_bits(std::int32_t type) {
  const std::string name = type_name(type);
  if (name == "BOOL" || name.starts_with("FLOAT8")) return 8;
  if (name == "COMPLEX64") return 64;
  if (name == "COMPLEX128") return 128;
  const auto digits = name.find_first_of("0123456789");
  if (digits == std::string::npos || name.starts_with("type ")) return 0;
  std::uint64_t bits = 0;
  for (std::size_t i = digits; i < name.size() && name[i] >= '0' && name[i] <= '9'; ++i) {
    bits = bits * 10 + static_cast<std::uint64_t>(name[i] - '0');
  }
  return bits;
}

ReportTensor tensor_of(const onnx::ValueInfoProto& value) {
  ReportTensor tensor;
  tensor.name = value.name();
  const auto& type = value.type();
  if (!type.has_tensor_type()) {
    tensor.type = type.has_sequence_type() ? "sequence" : type.has_map_type() ? "map" : "other";
    return tensor;
  }
  tensor.type = type_name(type.tensor_type().elem_type());
  for (const auto& dim : type.tensor_type().shape().dim()) {
    const bool known = dim.has_dim_value() && dim.dim_value() >= 0;
    tensor.shape.push_back(known ? dim.dim_value() : -1);
    tensor.dim_names.push_back(dim.dim_param());
  }
  return tensor;
}

/// Adds up the graphs of one model.
class Counter {
 public:
  explicit Counter(ModelReport& report) : report_(report) {}

  void graph(const onnx::GraphProto& graph) {
    for (const auto& weight : graph.initializer()) tensor(weight);
    for (const auto& weight : graph.sparse_initializer()) sparse(weight);
    nodes(graph.node());
  }

  template <class Nodes>
  void nodes(const Nodes& list) {
    for (const auto& node : list) {
      const bool plain = node.domain().empty() || node.domain() == "ai.onnx";
      ++report_.operators[plain ? node.op_type() : node.domain() + "." + node.op_type()];
      for (const auto& attribute : node.attribute()) {
        if (attribute.has_t()) tensor(attribute.t());
        if (attribute.has_sparse_tensor()) sparse(attribute.sparse_tensor());
        if (attribute.has_g()) graph(attribute.g());
        for (const auto& constant : attribute.tensors()) tensor(constant);
        for (const auto& nested : attribute.graphs()) graph(nested);
      }
    }
  }

  const std::set<std::string>& external_files() const { return external_files_; }

 private:
  void sparse(const onnx::SparseTensorProto& weight) {
    tensor(weight.values());
    tensor(weight.indices());
  }

  void tensor(const onnx::TensorProto& weight) {
    const core::Shape shape(weight.dims().begin(), weight.dims().end());
    const auto count = static_cast<std::uint64_t>(core::element_count(shape).value_or(0));
    const std::uint64_t bits = element_bits(weight.data_type());
    report_.parameters += count;
    report_.weight_bytes += count / 8 * bits + (count % 8 * bits + 7) / 8;
    for (const auto& text : weight.string_data()) report_.weight_bytes += text.size();
    for (const auto& entry : weight.external_data()) {
      if (entry.key() == "location") external_files_.insert(entry.value());
    }
  }

  ModelReport& report_;
  std::set<std::string> external_files_;
};

}  // namespace

core::Result<void> read_onnx(const std::filesystem::path& path, ModelReport& report) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return core::fail(Code::not_found, fmt::format("{}: the file cannot be read", path.string()));
  if (report.file_bytes > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
    return core::fail(Code::invalid_argument,
                      fmt::format("{}: {} bytes; an ONNX file has at most 2 GiB, larger weights go to external data",
                                  path.string(), report.file_bytes));
  }
  google::protobuf::io::IstreamInputStream stream(&file);
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetTotalBytesLimit(std::numeric_limits<int>::max());
  coded.SetRecursionLimit(nesting_max);
  onnx::ModelProto model;
  if (!model.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage()) {
    return core::fail(
        Code::invalid_argument,
        fmt::format("{}: no whole ONNX model; the file is cut off, corrupt or of another format ({} bytes)",
                    path.string(), report.file_bytes));
  }
  if (!model.has_graph() || model.opset_import().empty()) {
    return core::fail(Code::invalid_argument,
                      fmt::format("{}: an ONNX model has a graph and an opset, this file has none", path.string()));
  }
  const onnx::GraphProto& graph = model.graph();
  report.has_graph = true;
  report.counts_known = true;
  report.ir_version = model.ir_version();
  for (const auto& opset : model.opset_import()) {
    report.opsets.emplace_back(opset.domain().empty() ? "ai.onnx" : opset.domain(), opset.version());
  }
  report.producer = model.producer_name();
  if (!model.producer_version().empty()) report.producer += " " + model.producer_version();
  // old files list their weights among the inputs too
  std::set<std::string> weights;
  for (const auto& weight : graph.initializer()) weights.insert(weight.name());
  for (const auto& input : graph.input()) {
    if (!weights.contains(input.name())) report.inputs.push_back(tensor_of(input));
  }
  for (const auto& output : graph.output()) report.outputs.push_back(tensor_of(output));
  Counter counter(report);
  counter.graph(graph);
  for (const auto& function : model.functions()) counter.nodes(function.node());
  report.external_files.assign(counter.external_files().begin(), counter.external_files().end());
  for (const auto& entry : model.metadata_props()) report.metadata.emplace_back(entry.key(), entry.value());
  return {};
}

}  // namespace slipway::measure
