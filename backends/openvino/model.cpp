#include "model.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <openvino/frontend/manager.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/result.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>
#include <string_view>
#include <utility>

#include "element_types.hpp"
#include "failure.hpp"
#include "protobuf_file.hpp"

namespace {

/// A folder of PaddlePaddle's is named by its model file.
std::string file_to_read(const slipway_model_config& config) {
  const std::filesystem::path path(config.path);
  if (!std::filesystem::exists(path)) {
    throw Failure(SLIPWAY_NOT_FOUND, "there is no such file or folder");
  }
  const std::string_view format(config.format);
  if (format == "tflite" && path.extension() != ".tflite")
    throw Failure(SLIPWAY_UNIMPLEMENTED, "OpenVINO takes TFLite files by their suffix; call it NAME.tflite");
  if (format == "tensorflow_saved_model" && !std::filesystem::exists(path / "saved_model.pb"))
    throw Failure(SLIPWAY_UNIMPLEMENTED, "OpenVINO reads saved_model.pb, not saved_model.pbtxt");
  if (format != "paddle") return path.string();
  if (path.extension() == ".json" || std::filesystem::exists(path / "inference.json")) {
    throw Failure(SLIPWAY_UNIMPLEMENTED,
                  "OpenVINO does not read PaddlePaddle's inference.json; export the model with a .pdmodel file "
                  "(FLAGS_enable_pir_api=0)");
  }
  if (!std::filesystem::is_directory(path)) return path.string();
  for (const char* name : {"inference.pdmodel", "__model__"}) {
    if (std::filesystem::exists(path / name)) return (path / name).string();
  }
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().extension() == ".pdmodel") return entry.path().string();
  }
  throw Failure(SLIPWAY_INVALID_ARGUMENT, "no .pdmodel file in this folder");
}

/// Reads with the one front end of the format: asked without it, each front end tries the file in turn, and
/// TensorFlow's writes what it does not understand to stderr.
std::shared_ptr<ov::Model> read_as(ov::Core& core, const std::string& path, std::string_view format) {
  constexpr std::array<std::pair<std::string_view, const char*>, 5> front_ends{{{"onnx", "onnx"},
                                                                                {"tensorflow_saved_model", "tf"},
                                                                                {"tensorflow_graph", "tf"},
                                                                                {"tflite", "tflite"},
                                                                                {"paddle", "paddle"}}};
  for (const auto& [name, framework] : front_ends) {
    if (name != format) continue;
    const std::string message_file = format == "tensorflow_saved_model" ? path + "/saved_model.pb" : path;
    if (std::string_view(framework) == "tf" && !is_whole_protobuf(message_file))
      throw Failure(SLIPWAY_INVALID_ARGUMENT, "is damaged or cut short: it holds no whole protobuf message");
    const ov::frontend::FrontEnd::Ptr front_end = ov::frontend::FrontEndManager().load_by_framework(framework);
    return front_end->convert(front_end->load(path));
  }
  return core.read_model(path);
}

/// OpenVINO's report without the places in its source that it begins with ("Exception from src/…:84:", "Check '…'
/// failed at src/…:309:").
std::string without_places(std::string_view text) {
  while (text.starts_with("Exception from ") || text.starts_with("Check '")) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return std::string(text);
}

std::shared_ptr<ov::Model> read(ov::Core& core, const slipway_model_config& config) {
  const std::string path = file_to_read(config);
  try {
    return read_as(core, path, config.format);
  } catch (const Failure&) {
    throw;
  } catch (const std::exception& exception) {
    const std::string_view text = exception.what();
    // the one line of a long report that names the operators
    constexpr std::string_view sign = "No conversion rule found for operations: ";
    if (const auto at = text.find(sign); at != std::string_view::npos) {
      const std::string_view names = text.substr(at + sign.size());
      throw Failure(SLIPWAY_UNIMPLEMENTED,
                    "OpenVINO has no operator " + std::string(names.substr(0, names.find('\n'))));
    }
    throw Failure(SLIPWAY_INVALID_ARGUMENT, "OpenVINO cannot read this model: " + without_places(text));
  }
}

/// The model's own name for a port. A port may have several; the node carries the declared one.
std::string name_of(const ov::Output<const ov::Node>& port) {
  const auto& names = port.get_names();
  std::string friendly = port.get_node()->get_friendly_name();
  constexpr std::string_view sink = "/sink_port_";
  if (const auto at = friendly.find(sink); at != std::string::npos) friendly.resize(at);
  if (names.empty() || names.contains(friendly)) return friendly;
  return *std::ranges::min_element(names);
}

slipway_model::Port port_of(const ov::Output<const ov::Node>& port) {
  std::string name = name_of(port);
  const auto dtype = dtype_of(port.get_element_type());
  if (!dtype) {
    throw Failure(SLIPWAY_UNIMPLEMENTED, "\"" + name + "\" is of type " + port.get_element_type().to_string() +
                                             ", which the openvino backend does not serve; onnxruntime may");
  }
  const ov::PartialShape& shape = port.get_partial_shape();
  if (shape.rank().is_dynamic()) {
    throw Failure(SLIPWAY_UNIMPLEMENTED, "\"" + name + "\" has no known number of dimensions, which cannot be served");
  }
  std::vector<std::int64_t> dims;
  dims.reserve(shape.size());
  for (const auto& dim : shape) dims.push_back(dim.is_static() ? dim.get_length() : -1);
  return {std::move(name), *dtype, std::move(dims), shape};
}

std::vector<slipway_tensor_info> infos_of(const std::vector<slipway_model::Port>& ports) {
  std::vector<slipway_tensor_info> infos;
  infos.reserve(ports.size());
  for (const auto& port : ports) {
    infos.push_back(
        {port.name.c_str(), port.dtype, static_cast<std::uint32_t>(port.dims.size()), port.dims.data(), nullptr});
  }
  return infos;
}

std::string precision_of(const slipway_model_config& config) {
  std::string precision = "f32";
  for (std::uint32_t i = 0; i < config.option_count; ++i) {
    if (std::string_view(config.options[i].key) != "precision") {
      throw Failure(SLIPWAY_INVALID_ARGUMENT,
                    std::string("option \"") + config.options[i].key + "\": the openvino backend has precision");
    }
    precision = config.options[i].value;
  }
  return precision;
}

bool exact(const slipway_model_config& config) { return precision_of(config) == "f32"; }

/// The CPU plug-in computes FP64 in FP32.
void refuse_fp64(const slipway_model& model) {
  for (const auto* ports : {&model.inputs, &model.outputs}) {
    for (const auto& port : *ports) {
      if (port.dtype != SLIPWAY_FP64) continue;
      throw Failure(SLIPWAY_UNIMPLEMENTED,
                    "\"" + port.name +
                        "\" is FP64, which OpenVINO computes in FP32; onnxruntime keeps FP64, or "
                        "the option precision: auto accepts it");
    }
  }
}

}  // namespace

ov::AnyMap properties_of(const slipway_model_config& config) {
  if (std::string_view(config.device) != "cpu") {
    throw Failure(SLIPWAY_UNIMPLEMENTED, std::string("device \"") + config.device + "\": the openvino backend has cpu");
  }
  const std::string precision = precision_of(config);
  ov::AnyMap properties{ov::num_streams(static_cast<std::int32_t>(config.instances)),
                        ov::inference_num_threads(static_cast<std::int32_t>(config.instances * config.threads))};
  if (precision == "f32") {
    properties.insert(ov::hint::execution_mode(ov::hint::ExecutionMode::ACCURACY));
    properties.insert(ov::hint::inference_precision(ov::element::f32));
    // matrices with 8-bit weights would have their inputs rounded to 8 bits too
    properties.insert(ov::hint::dynamic_quantization_group_size(0));
  } else if (precision == "bf16") {
    properties.insert(ov::hint::inference_precision(ov::element::bf16));
  } else if (precision == "f16") {
    properties.insert(ov::hint::inference_precision(ov::element::f16));
  } else if (precision != "auto") {
    throw Failure(SLIPWAY_INVALID_ARGUMENT, "option precision: \"" + precision + "\"; f32, bf16, f16 or auto");
  }
  return properties;
}

slipway_model::slipway_model(ov::Core& core, const slipway_model_config& config) {
  const ov::AnyMap properties = properties_of(config);
  const std::shared_ptr<ov::Model> model = read(core, config);
  for (const auto& port : std::as_const(*model).inputs()) inputs.push_back(port_of(port));
  for (const auto& port : std::as_const(*model).outputs()) outputs.push_back(port_of(port));
  if (exact(config)) refuse_fp64(*this);
  count(*model);
  compiled = core.compile_model(model, "CPU", properties);
  input_infos_ = infos_of(inputs);
  output_infos_ = infos_of(outputs);
  info.struct_size = sizeof info;
  info.inputs = input_infos_.data();
  info.input_count = static_cast<std::uint32_t>(input_infos_.size());
  info.outputs = output_infos_.data();
  info.output_count = static_cast<std::uint32_t>(output_infos_.size());
  operator_infos_.reserve(operators_.size());
  for (const auto& [name, times] : operators_) operator_infos_.push_back({name.c_str(), times});
  info.operators = operator_infos_.data();
  info.operator_count = static_cast<std::uint32_t>(operator_infos_.size());
}

void slipway_model::count(const ov::Model& graph) {
  for (const std::shared_ptr<ov::Node>& node : graph.get_ops()) {
    if (const auto constant = ov::as_type_ptr<ov::op::v0::Constant>(node)) {
      info.parameters += ov::shape_size(constant->get_shape());
      info.weight_bytes += constant->get_byte_size();
      continue;
    }
    if (ov::is_type<ov::op::v0::Parameter>(node) || ov::is_type<ov::op::v0::Result>(node)) continue;
    ++operators_[node->get_type_name()];
    if (const auto nested = ov::as_type_ptr<ov::op::util::MultiSubGraphOp>(node)) {
      for (const std::shared_ptr<ov::Model>& inner : nested->get_functions()) count(*inner);
    }
  }
}
