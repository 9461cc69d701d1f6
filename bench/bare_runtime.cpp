// The bare runtime, for comparison: calls ONNX Runtime's C++ API in a loop, one session of one thread shared by the
// callers, and prints one JSON line.
//
//   bare_runtime LIBRARY MODEL CALLERS SECONDS SHAPE [SHAPE…]     SHAPE: 1x64, for each input
#define ORT_API_MANUAL_INIT
#include <dlfcn.h>
#include <fmt/format.h>
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::int64_t> parse_shape(const std::string& text) {
  std::vector<std::int64_t> shape;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find('x', at), text.size());
    shape.push_back(std::stoll(text.substr(at, end - at)));
    at = end + 1;
  }
  return shape;
}

struct Inputs {
  std::vector<std::vector<std::byte>> memory;
  std::vector<Ort::Value> values;
};

Inputs make_inputs(const Ort::Session& session, const std::vector<std::vector<std::int64_t>>& shapes) {
  Inputs inputs;
  const auto memory_info = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  for (std::size_t i = 0; i < session.GetInputCount(); ++i) {
    const auto type = session.GetInputTypeInfo(i).GetTensorTypeAndShapeInfo().GetElementType();
    std::size_t count = 1;
    for (const auto dim : shapes.at(i)) count *= static_cast<std::size_t>(dim);
    const std::size_t size = type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 ? 8 : 4;
    inputs.memory.emplace_back(count * size);
    inputs.values.push_back(Ort::Value::CreateTensor(memory_info, inputs.memory.back().data(), count * size,
                                                     shapes[i].data(), shapes[i].size(), type));
  }
  return inputs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    fmt::print(stderr, "usage: bare_runtime LIBRARY MODEL CALLERS SECONDS SHAPE…\n");
    return 2;
  }
  setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    fmt::print(stderr, "{}\n", dlerror());
    return 1;
  }
  const auto entry = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
  Ort::InitApi(entry()->GetApi(21));

  const Ort::Env env(ORT_LOGGING_LEVEL_ERROR, "bare");
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(1);
  options.SetInterOpNumThreads(1);
  Ort::Session session(env, argv[2], options);
  std::vector<std::vector<std::int64_t>> shapes;
  for (int i = 5; i < argc; ++i) shapes.push_back(parse_shape(argv[i]));

  Ort::AllocatorWithDefaultOptions allocator;
  std::vector<std::string> names;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  for (std::size_t i = 0; i < session.GetInputCount(); ++i)
    names.emplace_back(session.GetInputNameAllocated(i, allocator).get());
  for (std::size_t i = 0; i < session.GetOutputCount(); ++i)
    names.emplace_back(session.GetOutputNameAllocated(i, allocator).get());
  for (std::size_t i = 0; i < names.size(); ++i)
    (i < session.GetInputCount() ? inputs : outputs).push_back(names[i].c_str());

  const auto callers = static_cast<std::size_t>(std::stoul(argv[3]));
  const auto end = Clock::now() + std::chrono::duration<double>(std::stod(argv[4]));
  std::vector<std::vector<double>> latencies(callers);
  {
    std::vector<std::jthread> threads;
    for (std::size_t caller = 0; caller < callers; ++caller) {
      threads.emplace_back([&, caller] {
        const Inputs made = make_inputs(session, shapes);
        while (Clock::now() < end) {
          const auto start = Clock::now();
          session.Run(Ort::RunOptions{nullptr}, inputs.data(), made.values.data(), inputs.size(), outputs.data(),
                      outputs.size());
          latencies[caller].push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
        }
      });
    }
  }
  std::vector<double> all;
  for (const auto& one : latencies) all.insert(all.end(), one.begin(), one.end());
  std::ranges::sort(all);
  fmt::print(R"({{"requests_per_s":{:.1f},"p50_us":{:.2f},"p99_us":{:.2f}}})"
             "\n",
             static_cast<double>(all.size()) / std::stod(argv[4]), all.at(all.size() / 2),
             all.at(all.size() * 99 / 100));
  return 0;
}
