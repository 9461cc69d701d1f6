#include <array>
#include <boost/json.hpp>
#include <string_view>

#include "protocol/v1_predict.hpp"
#include "speech/phrase_run.hpp"
#include "speech/watson.hpp"

namespace slipway::protocol {

namespace json = boost::json;

namespace {

/// TensorFlow's name of an element type; "" for one that it lacks.
std::string_view tensorflow_type(core::DataType dtype) {
  switch (dtype) {
    case core::DataType::boolean: return "DT_BOOL";
    case core::DataType::uint8: return "DT_UINT8";
    case core::DataType::uint16: return "DT_UINT16";
    case core::DataType::uint32: return "DT_UINT32";
    case core::DataType::uint64: return "DT_UINT64";
    case core::DataType::int8: return "DT_INT8";
    case core::DataType::int16: return "DT_INT16";
    case core::DataType::int32: return "DT_INT32";
    case core::DataType::int64: return "DT_INT64";
    case core::DataType::fp16: return "DT_HALF";
    case core::DataType::fp32: return "DT_FLOAT";
    case core::DataType::fp64: return "DT_DOUBLE";
    case core::DataType::bf16: return "DT_BFLOAT16";
    case core::DataType::bytes: return "DT_STRING";
  }
  return "DT_INVALID";
}

json::object tensors(const std::vector<core::TensorInfo>& infos) {
  json::object all;
  for (const core::TensorInfo& info : infos) {
    json::array dims;
    for (const std::int64_t dim : info.shape) dims.push_back({{"size", std::to_string(dim)}, {"name", ""}});
    all[info.name] = json::object{{"dtype", tensorflow_type(info.dtype)},
                                  {"tensor_shape", {{"dim", std::move(dims)}, {"unknown_rank", false}}},
                                  {"name", info.name}};
  }
  return all;
}

/// A state in TensorFlow Serving's words.
std::string_view v1_state(models::State state) {
  switch (state) {
    case models::State::loading: return "LOADING";
    case models::State::ready: return "AVAILABLE";
    case models::State::unavailable:
    case models::State::unloaded: break;
  }
  return "END";
}

/// A model as OpenAI's clients list it.
json::object openai_model(const std::string& name) {
  return {{"id", name}, {"object", "model"}, {"created", 0}, {"owned_by", "slipway"}};
}

}  // namespace

std::string v1_status(const std::string& name, const std::vector<models::IndexEntry>& versions,
                      const models::Handle& serving) {
  json::array states;
  bool ready = false;
  for (const models::IndexEntry& entry : versions) {
    const bool failed = entry.state == models::State::unavailable;
    ready = ready || entry.state == models::State::ready;
    states.push_back(
        {{"version", entry.version},
         {"state", v1_state(entry.state)},
         {"status", {{"error_code", failed ? "FAILED_PRECONDITION" : "OK"}, {"error_message", entry.reason}}}});
  }
  json::object document{{"model_version_status", std::move(states)}, {"name", name}, {"ready", ready}};
  const auto add = [&document](const json::object& more) {
    for (const auto& [key, value] : more) document[key] = value;
  };
  add(openai_model(name));
  if (serving && speech::listens(*serving)) add(speech::watson_model(*serving));
  return json::serialize(document);
}

std::string v1_metadata(const models::ModelVersion& version) {
  json::object signature{{"inputs", tensors(version.inputs())},
                         {"outputs", tensors(version.outputs())},
                         {"method_name", "tensorflow/serving/predict"}};
  return json::serialize(json::object{
      {"model_spec", {{"name", version.name()}, {"signature_name", ""}, {"version", version.version()}}},
      {"metadata", {{"signature_def", {{"signature_def", {{"serving_default", std::move(signature)}}}}}}}});
}

std::string v1_models(const std::vector<models::Handle>& services) {
  json::array names;
  json::array data;
  for (const models::Handle& service : services) {
    if (speech::listens(*service)) {
      names.emplace_back(speech::watson_model(*service));
    } else {
      names.emplace_back(service->name());
    }
    data.emplace_back(openai_model(service->name()));
  }
  return json::serialize(json::object{{"models", std::move(names)}, {"object", "list"}, {"data", std::move(data)}});
}

}  // namespace slipway::protocol
