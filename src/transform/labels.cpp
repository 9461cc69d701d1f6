#include "transform/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "transform/best.hpp"

namespace slipway::transform {

using core::Code;
using core::DataType;

namespace {

void make_probabilities(std::vector<double>& row) {
  const double largest = *std::ranges::max_element(row);
  double sum = 0;
  for (double& value : row) sum += value = std::exp(value - largest);
  for (double& value : row) value /= sum;
}

}  // namespace

core::Result<void> check_scores(const config::LabelsTransformSpec& spec, std::string_view name, core::DataType dtype,
                                std::span<const std::int64_t> shape) {
  const bool is_float =
      dtype == DataType::fp32 || dtype == DataType::fp64 || dtype == DataType::fp16 || dtype == DataType::bf16;
  if (!is_float || shape.empty() || shape.size() > 2) {
    return core::fail(
        Code::invalid_argument,
        fmt::format("transform labels: output \"{}\" is {} {}, rows of floats [rows,classes] are expected", name,
                    core::name_of(dtype), core::to_string(shape)));
  }
  const std::int64_t classes = shape.back();
  const auto named = static_cast<std::int64_t>(spec.labels.size());
  if (classes != -1 && named != 0 && named != classes) {
    return core::fail(
        Code::invalid_argument,
        fmt::format("transform labels: {} labels are named, output \"{}\" has {} classes", named, name, classes));
  }
  return {};
}

core::Result<std::vector<std::vector<Label>>> tensor_to_labels(const config::LabelsTransformSpec& spec,
                                                               const core::TensorView& scores) {
  TRY_VOID(check_scores(spec, scores.name, scores.dtype, scores.shape));
  TRY_VOID(core::check_size(scores));
  const auto classes = static_cast<std::size_t>(scores.shape.back());
  const std::size_t rows = scores.shape.size() == 2 ? static_cast<std::size_t>(scores.shape[0]) : 1;
  const std::size_t top = std::min(classes, static_cast<std::size_t>(spec.top_k));
  std::vector<std::vector<Label>> answer(rows);
  std::vector<double> row(classes);
  std::vector<std::size_t> order;
  for (std::size_t r = 0; r < rows && classes != 0; ++r) {
    for (std::size_t i = 0; i < classes; ++i) row[i] = core::float_at(scores.dtype, scores.bytes, r * classes + i);
    if (spec.softmax) make_probabilities(row);
    find_best<double>(row, top, order);
    for (std::size_t i = 0; i < top; ++i) {
      const std::size_t index = order[i];
      if (!std::isfinite(row[index])) {
        return core::fail(
            Code::internal,
            fmt::format(
                "transform labels: output \"{}\" has the score {} for class {} of row {}, a finite number is expected",
                scores.name, row[index], index, r));
      }
      answer[r].push_back({.label = spec.labels.empty() ? std::to_string(index) : spec.labels[index],
                           .index = static_cast<std::int64_t>(index),
                           .score = row[index]});
    }
  }
  return answer;
}

}  // namespace slipway::transform
