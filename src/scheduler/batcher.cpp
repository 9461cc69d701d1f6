#include "scheduler/batcher.hpp"

#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <utility>

namespace slipway::scheduler {

namespace {

using core::Code;
using core::Tensor;

std::int64_t rows_of(const JobList& jobs) {
  std::int64_t rows = 0;
  for (const Job& job : jobs) rows += job.rows;
  return rows;
}

/// Length in bytes of the first `count` elements of a BYTES tensor; nothing when they are not all there.
std::optional<std::size_t> bytes_length(std::span<const std::byte> bytes, std::int64_t count) {
  std::size_t at = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint32_t length = 0;
    if (bytes.size() - at < sizeof length) return std::nullopt;
    std::memcpy(&length, bytes.data() + at, sizeof length);
    at += sizeof length;
    if (bytes.size() - at < length) return std::nullopt;
    at += length;
  }
  return at;
}

/// Length in bytes of `rows` rows at the beginning of `rest`.
core::Result<std::size_t> part_length(const Tensor& output, std::span<const std::byte> rest, std::int64_t rows) {
  const auto row_elements = core::element_count(std::span(output.shape).subspan(1));
  std::optional<std::size_t> length;
  if (row_elements && output.dtype == core::DataType::bytes) {
    length = bytes_length(rest, *row_elements * rows);
  } else if (row_elements) {
    length = static_cast<std::size_t>(*row_elements * rows) * core::element_size(output.dtype);
  }
  if (!length || *length > rest.size())
    return core::fail(Code::internal,
                      fmt::format("output \"{}\": the runtime gave {} bytes, too few for {} of shape {}", output.name,
                                  output.data.size(), core::name_of(output.dtype), core::to_string(output.shape)));
  return *length;
}

}  // namespace

std::span<const core::TensorView> Batcher::gather(const JobList& jobs) {
  const Job& first = jobs.front();
  if (jobs.size() == 1) return first.request.inputs;

  const std::size_t count = first.request.inputs.size();
  if (buffers_.size() < count) buffers_.resize(count);
  inputs_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const core::TensorView& like = first.request.inputs[i];
    std::size_t size = 0;
    std::int64_t rows = 0;
    for (const Job& job : jobs) {
      size += job.request.inputs[i].bytes.size();
      rows += job.request.inputs[i].shape.front();
    }
    core::Buffer& buffer = buffers_[i];
    buffer.resize(0);  // so that growing has nothing to keep
    buffer.resize(size);
    std::byte* to = buffer.data();
    for (const Job& job : jobs) {
      const auto from = job.request.inputs[i].bytes;
      if (!from.empty()) std::memcpy(to, from.data(), from.size());
      to += from.size();
    }
    core::TensorView& view = inputs_[i];
    view.name = like.name;
    view.dtype = like.dtype;
    view.shape = like.shape;
    view.shape.front() = rows;
    view.bytes = std::as_const(buffer).bytes();
  }
  return inputs_;
}

core::Result<std::vector<std::vector<Tensor>>> Batcher::scatter(const JobList& jobs,
                                                                std::vector<Tensor> outputs) const {
  std::vector<std::vector<Tensor>> parts(jobs.size());
  if (jobs.size() == 1) {
    parts.front() = std::move(outputs);
    return parts;
  }
  const std::int64_t rows = rows_of(jobs);
  for (auto& part : parts) part.reserve(outputs.size());
  for (const Tensor& output : outputs) {
    if (output.shape.empty() || output.shape.front() != rows)
      return core::fail(
          Code::internal,
          fmt::format("output \"{}\": shape {} came back for a batch of {} rows, so its first dimension is not that of "
                      "the batch",
                      output.name, core::to_string(output.shape), rows));
    std::span<const std::byte> rest = output.data.bytes();
    std::size_t index = 0;
    for (const Job& job : jobs) {
      TRY(const std::size_t length, part_length(output, rest, job.rows));
      Tensor& tensor = parts[index++].emplace_back(Tensor{output.name, output.dtype, output.shape, {}});
      tensor.shape.front() = job.rows;
      tensor.data = core::Buffer::copy_of(rest.first(length));
      rest = rest.subspan(length);
    }
  }
  return parts;
}

}  // namespace slipway::scheduler
