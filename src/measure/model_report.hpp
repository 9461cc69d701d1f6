#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/tensor.hpp"
#include "runtime/model.hpp"

namespace slipway::measure {

/// An input or output as its file declares it. `type` is the V2 name ("FP32") where there is one, else the format's own
/// ("FLOAT8E4M3FN", "sequence").
struct ReportTensor {
  std::string name;
  std::string type;
  core::Shape shape;                   ///< -1 where dynamic
  std::vector<std::string> dim_names;  ///< one for each dimension, "" where it has no name

  /// "FP32 [batch,3,224,224]"
  std::string describe() const;
};

/// What a model's file says of itself, without running it. Of formats other than ONNX only `format` and `file_bytes`
/// are known from the file; a backend that loads it knows inputs and outputs, and may know its graph.
struct ModelReport {
  std::string format;
  std::uint64_t file_bytes = 0;  ///< all files of a model that is a folder; external data is in weight_bytes alone
  bool has_graph = false;        ///< whether what follows was read from the file
  std::int64_t ir_version = 0;
  std::vector<std::pair<std::string, std::int64_t>> opsets;  ///< domain ("ai.onnx" for the default one), version
  std::string producer;
  std::vector<ReportTensor> inputs;
  std::vector<ReportTensor> outputs;
  bool counts_known = false;  ///< whether operators, parameters and weight_bytes are
  std::string counted_by;     ///< the backend that counted them in its graph; "" when the file itself told
  std::map<std::string, std::uint64_t> operators;  ///< "Conv", "ai.onnx.ml.Scaler"; nested graphs are counted in
  std::uint64_t parameters = 0;                    ///< elements of all weights and constants
  std::uint64_t weight_bytes = 0;                  ///< of those, in the file or beside it
  std::vector<std::string> external_files;         ///< names of the files that hold external data
  std::vector<std::pair<std::string, std::string>> metadata;
};

ReportTensor report_of(const core::TensorInfo& info);

/// Takes over what the backend of `model` counted in its graph, if it tells.
void take_counts(ModelReport& report, const runtime::Model& model);

/// Reads the report of the model at `path`. not_found when nothing is there; invalid_argument when it is empty,
/// truncated or no model.
///
///   TRY(const auto report, measure::read_model_report("digits.onnx"));
core::Result<ModelReport> read_model_report(const std::filesystem::path& path);

}  // namespace slipway::measure
