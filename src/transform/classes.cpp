#include "transform/classes.hpp"

#include <fmt/format.h>

#include <type_traits>
#include <utility>

#include "transform/best.hpp"

namespace slipway::transform {

using core::DataType;

namespace {

/// Row after row of `scores` as elements of T, which `load` makes from where they lie.
template <class T, class Load>
core::Buffer strings_of(const core::TensorView& scores, std::size_t rows, std::size_t top, const ClassesWanted& wanted,
                        const Load& load) {
  const std::size_t size = core::element_size(scores.dtype);
  const std::size_t classes = rows == 0 ? 0 : scores.bytes.size() / size / rows;
  std::vector<T> row(classes);
  std::vector<std::size_t> order;
  std::vector<std::byte> out;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < classes; ++i) row[i] = load(scores.bytes.data() + (r * classes + i) * size);
    find_best<T>(row, top, order);
    for (std::size_t i = 0; i < top; ++i) {
      const std::size_t index = order[i];
      std::string text;
      if constexpr (std::is_floating_point_v<T>) {
        text = fmt::format("{:f}:{}", row[index], index);
      } else {
        text = fmt::format("{}:{}", row[index], index);
      }
      if (index < wanted.names.size()) text += ':' + wanted.names[index];
      core::append_bytes_element(out, text);
    }
  }
  return core::Buffer::copy_of(out);
}

template <class Stored>
core::Buffer strings_as(const core::TensorView& scores, std::size_t rows, std::size_t top,
                        const ClassesWanted& wanted) {
  return strings_of<Stored>(scores, rows, top, wanted, core::load<Stored>);
}

core::Buffer strings(const core::TensorView& scores, std::size_t rows, std::size_t top, const ClassesWanted& wanted) {
  switch (scores.dtype) {
    case DataType::boolean:
    case DataType::uint8: return strings_as<std::uint8_t>(scores, rows, top, wanted);
    case DataType::uint16: return strings_as<std::uint16_t>(scores, rows, top, wanted);
    case DataType::uint32: return strings_as<std::uint32_t>(scores, rows, top, wanted);
    case DataType::uint64: return strings_as<std::uint64_t>(scores, rows, top, wanted);
    case DataType::int8: return strings_as<std::int8_t>(scores, rows, top, wanted);
    case DataType::int16: return strings_as<std::int16_t>(scores, rows, top, wanted);
    case DataType::int32: return strings_as<std::int32_t>(scores, rows, top, wanted);
    case DataType::int64: return strings_as<std::int64_t>(scores, rows, top, wanted);
    case DataType::fp32: return strings_as<float>(scores, rows, top, wanted);
    case DataType::fp64: return strings_as<double>(scores, rows, top, wanted);
    case DataType::fp16:
      return strings_of<float>(scores, rows, top, wanted,
                               [](const std::byte* at) { return core::fp16_to_float(core::load<std::uint16_t>(at)); });
    case DataType::bf16:
      return strings_of<float>(scores, rows, top, wanted,
                               [](const std::byte* at) { return core::bf16_to_float(core::load<std::uint16_t>(at)); });
    case DataType::bytes: break;
  }
  return {};
}

}  // namespace

core::Result<core::Tensor> classify(const core::TensorView& scores, const ClassesWanted& wanted) {
  if (scores.dtype == DataType::bytes) {
    return core::invalid(fmt::format(
        R"(output "{}": BYTES have no best classes; "classification" is for outputs of numbers)", scores.name));
  }
  TRY_VOID(core::check_size(scores));
  const bool by_row = scores.shape.size() > 1 || (wanted.batches && scores.shape.size() == 1);
  const std::int64_t rows = by_row ? scores.shape.front() : 1;
  const std::int64_t classes =
      rows == 0 ? 0 : static_cast<std::int64_t>(scores.bytes.size() / core::element_size(scores.dtype)) / rows;
  const std::int64_t top = std::min(wanted.count, classes);
  core::Tensor made{.name = std::string(scores.name), .dtype = DataType::bytes, .shape = {}, .data = {}};
  if (by_row) made.shape.push_back(rows);
  made.shape.push_back(top);
  if (top == 0) return made;  // rows of nothing: a shape may have more of them than anyone could go through
  made.data = strings(scores, static_cast<std::size_t>(rows), static_cast<std::size_t>(top), wanted);
  return made;
}

std::span<const std::string> class_names(const config::ModelSpec& spec, std::span<const core::TensorInfo> outputs,
                                         std::string_view output) {
  for (const config::OutputLabels& declared : spec.output_labels) {
    if (declared.output == output) return declared.labels;
  }
  if (!spec.labels_output) return {};
  const std::string& named = spec.labels_output->output;
  if (named.empty() ? outputs.size() != 1 : named != output) return {};
  return spec.labels_output->labels;
}

}  // namespace slipway::transform
