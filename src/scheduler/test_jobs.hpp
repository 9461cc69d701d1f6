#pragma once

#include <cstring>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/request.hpp"
#include "scheduler/job.hpp"

namespace slipway::scheduler::testing {

/// A job with one FP32 input "x" of `rows` rows of `columns`; every element is `value`.
inline Job make_job(std::int64_t rows = 1, std::int64_t columns = 2, float value = 0) {
  Job job;
  const std::vector<float> values(static_cast<std::size_t>(rows * columns), value);
  core::Buffer& storage = job.request.storage.emplace_back(core::Buffer::copy_of(std::as_bytes(std::span(values))));
  job.request.inputs.push_back({"x", core::DataType::fp32, {rows, columns}, std::as_const(storage).bytes()});
  job.request.id = std::to_string(static_cast<int>(value));
  job.outputs = {0};
  job.rows = rows;
  job.done = [](core::Result<core::Response>) {};
  return job;
}

/// A job with one BYTES input "x" of a row for each of `words`.
inline Job make_bytes_job(const std::vector<std::string>& words) {
  Job job = make_job(static_cast<std::int64_t>(words.size()), 1);
  std::vector<std::byte> packed;
  for (const std::string& word : words) core::append_bytes_element(packed, word);
  job.request.storage.clear();
  core::Buffer& storage = job.request.storage.emplace_back(core::Buffer::copy_of(packed));
  job.request.inputs.front().dtype = core::DataType::bytes;
  job.request.inputs.front().bytes = std::as_const(storage).bytes();
  return job;
}

/// Where the answer of `job` will be.
inline std::future<core::Result<core::Response>> answer_of(Job& job) {
  auto promise = std::make_shared<std::promise<core::Result<core::Response>>>();
  job.done = [promise](core::Result<core::Response> result) { promise->set_value(std::move(result)); };
  return promise->get_future();
}

inline std::vector<float> floats(std::span<const std::byte> bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// A tensor that owns a copy of what `view` shows.
inline core::Tensor copy_of(const core::TensorView& view, std::string name = "y") {
  return {std::move(name), view.dtype, view.shape, core::Buffer::copy_of(view.bytes)};
}

}  // namespace slipway::scheduler::testing
