#include "runtime/abi.hpp"

#include <algorithm>
#include <cstring>

namespace slipway::runtime {

using core::Code;

namespace {

core::Result<core::TensorInfo> info_from(const slipway_tensor_info& info) {
  core::TensorInfo out;
  out.name = text_from(info.name);
  if (out.name.empty()) return core::fail(Code::internal, "has no name");
  if (info.dtype < SLIPWAY_BOOL || info.dtype > SLIPWAY_BYTES)
    return core::fail(Code::internal,
                      fmt::format("\"{}\" has element type {}, which is none", out.name, static_cast<int>(info.dtype)));
  out.dtype = static_cast<core::DataType>(info.dtype);
  if (info.rank > rank_max || (info.rank != 0 && info.dims == nullptr))
    return core::fail(Code::internal, fmt::format("\"{}\" has no shape for its {} dimensions", out.name, info.rank));
  out.shape.assign(info.dims, info.dims + info.rank);
  if (std::ranges::any_of(out.shape, [](std::int64_t dim) { return dim < -1; }))
    return core::fail(Code::internal,
                      fmt::format("\"{}\" has shape {}; only -1 is dynamic", out.name, core::to_string(out.shape)));
  if (info.dim_names != nullptr) {
    for (std::uint32_t i = 0; i < info.rank; ++i) out.dim_names.push_back(text_from(info.dim_names[i]));
  }
  return out;
}

}  // namespace

core::Error error_from(std::string_view backend, slipway_code code, const slipway_error& error) {
  std::string text(error.message, strnlen(error.message, SLIPWAY_ERROR_CAPACITY));
  if (text.empty()) text = fmt::format("backend {} failed and did not say why", backend);
  switch (code) {
    case SLIPWAY_INVALID_ARGUMENT:
    case SLIPWAY_NOT_FOUND:
    case SLIPWAY_FAILED_PRECONDITION:
    case SLIPWAY_UNIMPLEMENTED:
    case SLIPWAY_UNAVAILABLE: return {static_cast<Code>(code), std::move(text)};
    case SLIPWAY_OK:
    case SLIPWAY_INTERNAL: break;
  }
  return {Code::internal, std::move(text)};
}

core::Result<std::vector<core::TensorInfo>> infos_from(std::string_view what,
                                                       std::span<const slipway_tensor_info> infos) {
  std::vector<core::TensorInfo> out;
  out.reserve(infos.size());
  for (const slipway_tensor_info& given : infos) {
    auto info = info_from(given);
    if (!info) return std::unexpected(info.error().within(fmt::format("{} {}", what, out.size())));
    if (std::ranges::find(out, info->name, &core::TensorInfo::name) != out.end())
      return core::fail(Code::internal,
                        fmt::format("{} {}: \"{}\" is the name of another one too", what, out.size(), info->name));
    out.push_back(std::move(*info));
  }
  return out;
}

}  // namespace slipway::runtime
