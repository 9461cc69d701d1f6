#include "cli/bench_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "models/made_inputs.hpp"

namespace slipway::cli {

namespace {

core::Result<std::pair<std::string, core::Shape>> parse_shape(const std::string& text) {
  const auto wrong = [&] {
    return core::invalid(fmt::format("--shape {}: NAME:DIM,DIM,… with whole numbers expected", text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return wrong();
  core::Shape shape;
  std::string_view rest = std::string_view(text).substr(colon + 1);
  while (!rest.empty()) {
    std::int64_t dim = 0;
    const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), dim);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (failure != std::errc() || dim < 0 || rest == "," || !(rest.empty() || rest.starts_with(','))) return wrong();
    shape.push_back(dim);
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return std::pair(text.substr(0, colon), std::move(shape));
}

core::Result<std::map<std::string, core::Shape>> parse_shapes(const std::vector<core::TensorInfo>& inputs,
                                                              const std::vector<std::string>& texts) {
  std::map<std::string, core::Shape> shapes;
  for (const std::string& text : texts) {
    TRY(auto parsed, parse_shape(text));
    const auto& [name, shape] = parsed;
    const auto input = std::ranges::find(inputs, name, &core::TensorInfo::name);
    if (input == inputs.end()) {
      return core::invalid(fmt::format("--shape {}: the model has no input \"{}\"; there are {}", text, name,
                                       core::quoted_names(inputs)));
    }
    if (!core::matches(shape, input->shape))
      return core::invalid(fmt::format("--shape {}: {} expected", text, core::to_string(input->shape)));
    shapes.insert(std::move(parsed));
  }
  return shapes;
}

}  // namespace

core::Result<std::vector<std::vector<core::TensorInfo>>> sized_inputs(const std::vector<core::TensorInfo>& inputs,
                                                                      const SizeOptions& options) {
  TRY(const auto shapes, parse_shapes(inputs, options.shapes));
  std::vector<core::TensorInfo> sized = inputs;
  bool open = false;
  for (core::TensorInfo& input : sized) {
    if (const auto given = shapes.find(input.name); given != shapes.end()) input.shape = given->second;
    if (!input.shape.empty() && input.shape[0] == -1) input.shape[0] = options.rows;
    open = open || std::ranges::count(input.shape, -1) != 0;
  }
  std::vector<std::vector<core::TensorInfo>> ways;
  if (!open) {
    ways.push_back(std::move(sized));
    return ways;
  }
  for (const std::int64_t guess : models::guesses_for(inputs)) {
    ways.push_back(sized);
    for (core::TensorInfo& input : ways.back()) std::ranges::replace(input.shape, -1, guess);
  }
  return ways;
}

}  // namespace slipway::cli
