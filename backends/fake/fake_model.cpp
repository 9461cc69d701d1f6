#include "fake_model.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace slipway::fake {

namespace {

constexpr std::array<std::pair<std::string_view, slipway_dtype>, 14> types{{{"BOOL", SLIPWAY_BOOL},
                                                                            {"UINT8", SLIPWAY_UINT8},
                                                                            {"UINT16", SLIPWAY_UINT16},
                                                                            {"UINT32", SLIPWAY_UINT32},
                                                                            {"UINT64", SLIPWAY_UINT64},
                                                                            {"INT8", SLIPWAY_INT8},
                                                                            {"INT16", SLIPWAY_INT16},
                                                                            {"INT32", SLIPWAY_INT32},
                                                                            {"INT64", SLIPWAY_INT64},
                                                                            {"FP16", SLIPWAY_FP16},
                                                                            {"FP32", SLIPWAY_FP32},
                                                                            {"FP64", SLIPWAY_FP64},
                                                                            {"BF16", SLIPWAY_BF16},
                                                                            {"BYTES", SLIPWAY_BYTES}}};

FakeTensor parse_tensor(const std::string& text) {
  std::istringstream in(text);
  FakeTensor tensor;
  std::string type;
  std::string dims;
  in >> tensor.name >> type >> dims;
  for (const auto& [name, dtype] : types) {
    if (name != type) continue;
    tensor.dtype = dtype;
    std::istringstream parts(dims);
    for (std::string dim; std::getline(parts, dim, ',');) tensor.dims.push_back(std::stoll(dim));
    return tensor;
  }
  throw std::invalid_argument(fmt::format("\"{}\": NAME TYPE DIM,DIM,… expected", text));
}

}  // namespace

FakeModel read_fake_model(const std::string& path) {
  std::ifstream in(path);
  FakeModel model;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto equals = line.find('=');
    const std::string key = line.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : line.substr(equals + 1);
    try {
      if (key == "input") {
        model.inputs.push_back(parse_tensor(value));
      } else if (key == "output") {
        model.outputs.push_back(parse_tensor(value));
      } else if (key == "delay_us") {
        model.delay_us = std::stoll(value);
      } else if (key == "delay_us_per_row") {
        model.delay_us_per_row = std::stoll(value);
      } else if (key == "fail_every") {
        model.fail_every = std::stoll(value);
      } else if (key == "fail_load") {
        model.fail_load = value;
      } else {
        throw std::invalid_argument(fmt::format("unknown key \"{}\"", key));
      }
    } catch (const std::exception& error) {
      throw std::invalid_argument(fmt::format("{}:{}: {}", path, number, error.what()));
    }
  }
  if (model.inputs.empty() || model.outputs.empty()) throw std::invalid_argument(fmt::format("{}: names no input or no output", path));
  return model;
}

}  // namespace slipway::fake
