#include "protocol/shared_memory_documents.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>
#include <utility>

namespace slipway::protocol {

namespace json = boost::json;
using core::invalid;

namespace {

constexpr std::size_t body_bytes_max = 16384;

std::optional<std::uint64_t> bytes_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(json::string_view(key.data(), key.size()));
  if (value == nullptr) return 0;
  if (const auto* number = value->if_uint64()) return *number;
  const auto* number = value->if_int64();
  if (number == nullptr || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

}  // namespace

core::Result<core::RegionSpec> decode_region(std::string name, std::string_view body) {
  const auto wrong = [&name](std::string_view what) {
    return invalid(fmt::format(
        R"(registering shared memory region "{}": {}; {{"key": "/name", "offset": 0, "byte_size": 64}} expected)", name,
        what));
  };
  if (body.size() > body_bytes_max) return wrong("the body is too long");
  json::error_code failure;
  const json::value parsed = json::parse(json::string_view(body.data(), body.size()), failure);
  const json::object* object = failure ? nullptr : parsed.if_object();
  if (object == nullptr) return wrong("the body is no JSON object");
  const json::value* key = object->if_contains("key");
  if (key == nullptr || !key->is_string()) return wrong(R"("key" is missing or no string)");
  const auto offset = bytes_of(*object, "offset");
  if (!offset) return wrong(R"("offset" is no number of bytes from 0 up)");
  const auto size = bytes_of(*object, "byte_size");
  if (!size || !object->contains("byte_size")) return wrong(R"("byte_size" is missing or no number of bytes)");
  return core::RegionSpec{
      .name = std::move(name), .key = std::string(key->as_string()), .offset_bytes = *offset, .size_bytes = *size};
}

std::string encode_regions(const std::vector<core::RegionSpec>& regions) {
  json::array list;
  list.reserve(regions.size());
  for (const core::RegionSpec& region : regions) {
    list.push_back({{"name", region.name},
                    {"key", region.key},
                    {"offset", region.offset_bytes},
                    {"byte_size", region.size_bytes}});
  }
  return json::serialize(list);
}

core::Error no_cuda_memory(std::string_view region) {
  return {core::Code::unimplemented,
          fmt::format(R"(CUDA shared memory region "{}": there is no CUDA shared memory here, models run on the )"
                      "processor; use system shared memory",
                      region)};
}

}  // namespace slipway::protocol
