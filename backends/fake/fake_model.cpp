#include "fake_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace slipway::fake {

namespace {

using namespace std::string_view_literals;

constexpr std::array types{
    std::pair{"BOOL"sv, SLIPWAY_BOOL},     std::pair{"UINT8"sv, SLIPWAY_UINT8},   std::pair{"UINT16"sv, SLIPWAY_UINT16},
    std::pair{"UINT32"sv, SLIPWAY_UINT32}, std::pair{"UINT64"sv, SLIPWAY_UINT64}, std::pair{"INT8"sv, SLIPWAY_INT8},
    std::pair{"INT16"sv, SLIPWAY_INT16},   std::pair{"INT32"sv, SLIPWAY_INT32},   std::pair{"INT64"sv, SLIPWAY_INT64},
    std::pair{"FP16"sv, SLIPWAY_FP16},     std::pair{"FP32"sv, SLIPWAY_FP32},     std::pair{"FP64"sv, SLIPWAY_FP64},
    std::pair{"BF16"sv, SLIPWAY_BF16},     std::pair{"BYTES"sv, SLIPWAY_BYTES}};

/// The parts between commas: "batch," has two, "batch" and "".
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto comma = std::min(text.find(','), text.size());
    parts.emplace_back(text.substr(0, comma));
    if (comma == text.size()) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::int64_t number(std::string_view text, std::int64_t least) {
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value < least)
    throw std::invalid_argument(fmt::format("\"{}\" given, a whole number from {} up expected", text, least));
  return value;
}

FakeTensor parse_tensor(const std::string& text) {
  std::istringstream in(text);
  FakeTensor tensor;
  std::string type;
  std::string dims;
  std::string names;
  std::string rest;
  in >> tensor.name >> type >> dims >> names >> rest;
  const auto* known =
      std::ranges::find(types, std::string_view(type), &std::pair<std::string_view, slipway_dtype>::first);
  if (known == types.end() || !rest.empty())
    throw std::invalid_argument(fmt::format("\"{}\" given, NAME TYPE [DIM,DIM,… [NAME,NAME,…]] expected", text));
  tensor.dtype = known->second;
  if (!dims.empty()) {
    for (const std::string& dim : split(dims)) tensor.dims.push_back(number(dim, -1));
  }
  if (!names.empty()) {
    tensor.dim_names = split(names);
    if (tensor.dim_names.size() != tensor.dims.size()) {
      throw std::invalid_argument(fmt::format("\"{}\" names {} dimensions, {} has {}", names, tensor.dim_names.size(),
                                              dims, tensor.dims.size()));
    }
  }
  return tensor;
}

void set(FakeModel& model, const std::string& key, const std::string& value) {
  const auto fail_with = [&](bool throws) {
    if (!model.failure.empty()) throw std::invalid_argument("fail and throw exclude each other");
    model.failure = value;
    model.throws = throws;
  };
  if (key == "input") {
    model.inputs.push_back(parse_tensor(value));
  } else if (key == "output") {
    model.outputs.push_back(parse_tensor(value));
  } else if (key == "mode") {
    if (value != "echo") throw std::invalid_argument(fmt::format("mode \"{}\" given, echo expected", value));
  } else if (key == "delay_us") {
    model.delay.us = number(value, 0);
  } else if (key == "delay_us_per_row") {
    model.delay.us_per_row = number(value, 0);
  } else if (key == "then_after") {
    model.then_after = number(value, 1);
  } else if (key == "then_delay_us") {
    model.then_delay.us = number(value, 0);
  } else if (key == "then_delay_us_per_row") {
    model.then_delay.us_per_row = number(value, 0);
  } else if (key == "fail_every") {
    model.fail_every = number(value, 1);
  } else if (key == "fail") {
    fail_with(false);
  } else if (key == "throw") {
    fail_with(true);
  } else if (key == "fail_load") {
    model.fail_load = value;
  } else {
    throw std::invalid_argument(
        fmt::format("unknown key \"{}\"; there are input, output, mode, delay_us, delay_us_per_row, then_after, "
                    "then_delay_us, then_delay_us_per_row, fail_every, fail, throw and fail_load",
                    key));
  }
}

}  // namespace

FakeModel read_fake_model(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::invalid_argument("cannot be read");
  FakeModel model;
  std::vector<std::string> seen;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line.starts_with('#')) continue;
    try {
      const auto equals = line.find('=');
      if (equals == std::string::npos)
        throw std::invalid_argument(fmt::format("\"{}\" given, key=value expected", line));
      const std::string key = line.substr(0, equals);
      if (key != "input" && key != "output") {
        if (std::ranges::find(seen, key) != seen.end())
          throw std::invalid_argument(fmt::format("the key \"{}\" is given twice", key));
        seen.push_back(key);
      }
      set(model, key, line.substr(equals + 1));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(fmt::format("line {}: {}", number, error.what()));
    }
  }
  if (!model.fail_load.empty()) return model;
  if (model.inputs.empty() || model.outputs.empty()) throw std::invalid_argument("names no input or no output");
  for (std::size_t i = 0; i < model.outputs.size(); ++i) {
    const FakeTensor& input = model.inputs[std::min(i, model.inputs.size() - 1)];
    if (input.dtype != model.outputs[i].dtype) {
      throw std::invalid_argument(fmt::format(R"(output "{}" is a copy of input "{}", but of another type)",
                                              model.outputs[i].name, input.name));
    }
  }
  if (!model.failure.empty() && model.fail_every == 0) model.fail_every = 1;
  if (model.failure.empty()) model.failure = "this run fails, as the model's file asks";
  return model;
}

}  // namespace slipway::fake
