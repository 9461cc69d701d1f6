#include "runtime/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>

#include "runtime/abi.hpp"

namespace slipway::runtime {

using core::Code;

Outputs::Outputs(std::span<const core::TensorInfo> infos, std::span<const std::uint32_t> wanted)
    : infos_(infos), wanted_(wanted), tensors_(wanted.size()) {}

void* Outputs::allocate(void* context, std::uint32_t output_index, slipway_dtype dtype, const std::int64_t* shape,
                        std::uint32_t rank, std::uint64_t size_bytes) {
  auto& outputs = *static_cast<Outputs*>(context);
  try {
    const auto made = outputs.make(output_index, dtype, shape, rank, size_bytes);
    if (made) return *made;
    if (outputs.wrong_.empty()) outputs.wrong_ = made.error().message();
  } catch (const std::bad_alloc&) {
    outputs.wrong_ = "no memory for an output";
  } catch (const std::exception& exception) {
    outputs.wrong_ = exception.what();
  }
  return nullptr;
}

core::Result<void*> Outputs::make(std::uint32_t output_index, slipway_dtype dtype, const std::int64_t* shape,
                                  std::uint32_t rank, std::uint64_t size_bytes) {
  const auto at = static_cast<std::size_t>(std::ranges::find(wanted_, output_index) - wanted_.begin());
  if (at == wanted_.size())
    return core::fail(Code::internal, fmt::format("gave output {}, which was not asked for", output_index));
  const core::TensorInfo& info = infos_[output_index];
  core::Tensor& tensor = tensors_[at];
  if (tensor.data.data() != nullptr)
    return core::fail(Code::internal, fmt::format("gave output \"{}\" twice", info.name));
  if (static_cast<core::DataType>(dtype) != info.dtype) {
    return core::fail(Code::internal, fmt::format("gave output \"{}\" in element type {}, {} was declared", info.name,
                                                  static_cast<int>(dtype), core::name_of(info.dtype)));
  }
  if (rank > rank_max || (rank != 0 && shape == nullptr))
    return core::fail(Code::internal,
                      fmt::format("gave output \"{}\" without a shape for its {} dimensions", info.name, rank));
  const std::span<const std::int64_t> dims(shape, rank);
  const auto count = core::element_count(dims);
  const std::uint64_t size = core::element_size(info.dtype);
  if (!count || (size != 0 && (size_bytes % size != 0 || size_bytes / size != static_cast<std::uint64_t>(*count)))) {
    return core::fail(Code::internal,
                      fmt::format("gave output \"{}\" of shape {} in {} bytes, which do not fit together", info.name,
                                  core::to_string(dims), size_bytes));
  }
  tensor.name = info.name;
  tensor.dtype = info.dtype;
  tensor.shape.assign(dims.begin(), dims.end());
  tensor.data = core::Buffer(size_bytes);
  return tensor.data.data();
}

core::Result<void> Outputs::verdict() const {
  if (!wrong_.empty()) return core::fail(Code::internal, wrong_);
  return {};
}

core::Result<std::vector<core::Tensor>> Outputs::take() {
  TRY_VOID(verdict());
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    const core::Tensor& tensor = tensors_[i];
    const std::string& name = infos_[wanted_[i]].name;
    if (tensor.data.data() == nullptr) return core::fail(Code::internal, fmt::format("gave no output \"{}\"", name));
    if (tensor.dtype != core::DataType::bytes) continue;
    if (const auto whole = core::check_size(tensor.view()); !whole)
      return core::fail(Code::internal, fmt::format("gave output \"{}\" with {}", name, whole.error().message()));
  }
  return std::move(tensors_);
}

}  // namespace slipway::runtime
