#include "measure/model_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/readable.hpp"
#include "measure/onnx_report.hpp"
#include "runtime/model_format.hpp"

namespace slipway::measure {

namespace fs = std::filesystem;
using core::Code;

namespace {

constexpr std::size_t folder_entries_max = 100'000;

std::uint64_t bytes_at(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    const auto size = fs::file_size(path, ignored);
    return ignored ? 0 : size;
  }
  std::uint64_t sum = 0;
  std::size_t seen = 0;
  for (fs::recursive_directory_iterator entry(path, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    if (++seen > folder_entries_max) break;
    std::error_code error;
    if (!entry->is_regular_file(error)) continue;
    const auto size = entry->file_size(error);
    if (!error) sum += size;
  }
  return sum;
}

}  // namespace

std::string ReportTensor::describe() const {
  std::vector<std::string> dims;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool named = shape[i] < 0 && i < dim_names.size() && !dim_names[i].empty();
    dims.push_back(named ? dim_names[i] : std::to_string(shape[i]));
  }
  return fmt::format("{} [{}]", type, fmt::join(dims, ","));
}

ReportTensor report_of(const core::TensorInfo& info) {
  return {info.name, std::string(core::name_of(info.dtype)), info.shape, info.dim_names};
}

void take_counts(ModelReport& report, const runtime::Model& model) {
  if (!model.graph()) return;
  report.counts_known = true;
  report.counted_by = model.backend().name();
  report.operators = model.graph()->operators;
  report.parameters = model.graph()->parameters;
  report.weight_bytes = model.graph()->weight_bytes;
}

core::Result<ModelReport> read_model_report(const fs::path& path) {
  if (const auto fine = core::check_readable(path); !fine) return std::unexpected(fine.error().within(path.string()));
  std::error_code error;
  if (fs::is_regular_file(path, error) && fs::file_size(path, error) == 0) {
    return core::fail(Code::invalid_argument,
                      fmt::format("{}: the file is empty; a model was expected", path.string()));
  }
  ModelReport report;
  report.format = runtime::detect_format(path);
  report.file_bytes = bytes_at(path);
  if (report.format.empty()) {
    return core::fail(
        Code::invalid_argument,
        fmt::format(
            "{}: no known model format; ONNX, ORT, OpenVINO IR, TensorFlow, TFLite, Paddle and speech models with "
            "their tokens.txt are",
            path.string()));
  }
  if (report.format == "onnx") TRY_VOID(read_onnx(path, report));
  return report;
}

}  // namespace slipway::measure
