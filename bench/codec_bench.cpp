// What the protocol's codec costs a request: decoding and encoding one FP32 tensor as JSON and as binary, for a small
// input (64 numbers) and that of an image model (3 x 224 x 224).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "protocol/v2_infer.hpp"

namespace {

using namespace slipway;

std::vector<float> numbers(std::int64_t count) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> between(-1, 1);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = between(random);
  return values;
}

std::string json_request(const std::vector<float>& values) {
  return fmt::format(R"({{"inputs":[{{"name":"x","shape":[1,{}],"datatype":"FP32","data":[{}]}}]}})", values.size(),
                     fmt::join(values, ","));
}

struct BinaryRequest {
  std::string body;
  std::size_t json_bytes = 0;
};

BinaryRequest binary_request(const std::vector<float>& values) {
  const std::size_t bytes = values.size() * sizeof(float);
  BinaryRequest request;
  request.body = fmt::format(
      R"({{"inputs":[{{"name":"x","shape":[1,{}],"datatype":"FP32","parameters":{{"binary_data_size":{}}}}}]}})",
      values.size(), bytes);
  request.body.resize((request.body.size() + 3) / 4 * 4, ' ');  // as clients pad, so that tensors are aligned
  request.json_bytes = request.body.size();
  request.body.append(reinterpret_cast<const char*>(values.data()), bytes);
  return request;
}

core::Response response(const std::vector<float>& values) {
  core::Response out{.model = "digits", .version = "1", .id = "", .outputs = {}, .timing = {}};
  out.outputs.push_back({.name = "y",
                         .dtype = core::DataType::fp32,
                         .shape = {1, static_cast<std::int64_t>(values.size())},
                         .data = core::Buffer::copy_of(std::as_bytes(std::span(values)))});
  return out;
}

void decode(benchmark::State& state, const std::string& body, std::optional<std::size_t> json_bytes) {
  for (auto _ : state) {
    state.PauseTiming();
    core::Buffer received = core::Buffer::copy_of(std::string_view(body));
    state.ResumeTiming();
    auto decoded = protocol::decode_infer(std::move(received), json_bytes, {});
    if (!decoded) state.SkipWithError(decoded.error().message().c_str());
    benchmark::DoNotOptimize(decoded);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void decode_json(benchmark::State& state) { decode(state, json_request(numbers(state.range(0))), std::nullopt); }

void decode_binary(benchmark::State& state) {
  const BinaryRequest request = binary_request(numbers(state.range(0)));
  decode(state, request.body, request.json_bytes);
}

void encode(benchmark::State& state, bool binary) {
  const std::vector<float> values = numbers(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    core::Response answer = response(values);
    state.ResumeTiming();
    auto encoded = protocol::encode_infer(std::move(answer), {.binary_by_default = binary, .wishes = {}});
    if (!encoded) state.SkipWithError(encoded.error().message().c_str());
    benchmark::DoNotOptimize(encoded);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void encode_json(benchmark::State& state) { encode(state, false); }
void encode_binary(benchmark::State& state) { encode(state, true); }

constexpr std::int64_t small = 64;
constexpr std::int64_t image = 3 * 224 * 224;
BENCHMARK(decode_json)->Arg(small)->Arg(image);
BENCHMARK(decode_binary)->Arg(small)->Arg(image);
BENCHMARK(encode_json)->Arg(small)->Arg(image);
BENCHMARK(encode_binary)->Arg(small)->Arg(image);

}  // namespace

BENCHMARK_MAIN();
