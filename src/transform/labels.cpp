#include "transform/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace slipway::transform {

using core::Code;
using core::DataType;

namespace {

template <class T>
double load(const std::byte* data, std::size_t index) {
  T value;
  std::memcpy(&value, data + index * sizeof value, sizeof value);
  return static_cast<double>(value);
}

double score_at(const core::TensorView& scores, std::size_t index) {
  const std::byte* data = scores.bytes.data();
  switch (scores.dtype) {
    case DataType::fp32: return load<float>(data, index);
    case DataType::fp64: return load<double>(data, index);
    default: {
      std::uint16_t bits = 0;
      std::memcpy(&bits, data + index * sizeof bits, sizeof bits);
      return static_cast<double>(scores.dtype == DataType::fp16 ? core::fp16_to_float(bits) : core::bf16_to_float(bits));
    }
  }
}

void make_probabilities(std::vector<double>& row) {
  const double largest = *std::ranges::max_element(row);
  double sum = 0;
  for (double& value : row) sum += value = std::exp(value - largest);
  for (double& value : row) value /= sum;
}

}  // namespace

core::Result<std::vector<std::vector<Label>>> tensor_to_labels(const config::LabelsTransformSpec& spec,
                                                               const core::TensorView& scores) {
  const bool is_float = scores.dtype == DataType::fp32 || scores.dtype == DataType::fp64 ||
                        scores.dtype == DataType::fp16 || scores.dtype == DataType::bf16;
  if (!is_float || scores.shape.empty() || scores.shape.size() > 2) {
    return core::fail(Code::failed_precondition,
                      fmt::format("transform labels: output \"{}\" is {} {}, a row of floats [rows,classes] is expected",
                                  scores.name, core::name_of(scores.dtype), core::to_string(scores.shape)));
  }
  const auto classes = static_cast<std::size_t>(scores.shape.back());
  if (!spec.labels.empty() && spec.labels.size() != classes) {
    return core::fail(Code::failed_precondition, fmt::format("transform labels: {} labels are named, output \"{}\" has {} classes",
                                                             spec.labels.size(), scores.name, classes));
  }
  const std::size_t rows = scores.shape.size() == 2 ? static_cast<std::size_t>(scores.shape[0]) : 1;
  const std::size_t top = std::min(classes, static_cast<std::size_t>(spec.top_k));
  std::vector<std::vector<Label>> answer(rows);
  std::vector<double> row(classes);
  std::vector<std::size_t> order(classes);
  for (std::size_t r = 0; r < rows && classes != 0; ++r) {
    for (std::size_t i = 0; i < classes; ++i) row[i] = score_at(scores, r * classes + i);
    if (spec.softmax) make_probabilities(row);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto better = [&row](std::size_t a, std::size_t b) { return row[a] != row[b] ? row[a] > row[b] : a < b; };
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(top), order.end(), better);
    for (std::size_t i = 0; i < top; ++i) {
      const std::size_t index = order[i];
      answer[r].push_back({.label = spec.labels.empty() ? std::to_string(index) : spec.labels[index],
                           .index = static_cast<std::int64_t>(index),
                           .score = row[index]});
    }
  }
  return answer;
}

}  // namespace slipway::transform
