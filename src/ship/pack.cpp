#include "ship/pack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <numeric>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include "core/cpus.hpp"
#include "core/io_error.hpp"
#include "ship/cargo.hpp"
#include "ship/containerfile.hpp"
#include "ship/deb.hpp"
#include "ship/digest.hpp"
#include "ship/folder.hpp"
#include "ship/image.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_max = 8;
constexpr std::size_t own_max = 1000;

/// What a layer is made of; how much it is when it is unpacked.
Part part_of(const LayerPlan& plan) {
  Part part{.title = plan.title};
  std::set<std::string_view> seen;
  for (const Item& item : plan.items) {
    if (!seen.insert(item.name).second) continue;
    std::error_code failure;
    const std::uint64_t size = item.from.empty() ? item.text.size() : fs::file_size(item.from, failure);
    part.raw_size += failure ? 0 : size;
    if (!item.from.empty()) part.largest.push_back({item.name, failure ? 0 : size});
  }
  std::ranges::sort(part.largest, std::greater(), &Part::File::size);
  part.files = part.largest.size();
  part.largest.resize(std::min(part.files, plan.is_of_user ? own_max : largest_max));
  return part;
}

std::vector<Part> parts_of(const std::vector<LayerPlan>& layers) {
  std::vector<Part> parts;
  parts.reserve(layers.size());
  for (const LayerPlan& layer : layers) parts.push_back(part_of(layer));
  return parts;
}

core::Result<Layer> write_layer_caught(const LayerPlan& plan, const fs::path& blobs, Compression compression,
                                       std::int64_t time) {
  try {
    return write_layer(plan, blobs, compression, time);
  } catch (const std::exception& error) {
    return core::fail(core::Code::internal, fmt::format("{}: {}", plan.title, error.what()));
  }
}

/// All layers, on all cores, the largest first: the last to end is then no large one that began late.
core::Result<std::vector<Layer>> write_layers(const std::vector<LayerPlan>& plans, const std::vector<Part>& parts,
                                              const fs::path& blobs, Compression compression, std::int64_t time) {
  std::vector<core::Result<Layer>> results(plans.size(), core::fail(core::Code::internal, "a layer was not written"));
  std::vector<std::size_t> order(plans.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t at) { return parts[at].raw_size; });
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (std::size_t started = 0; started < std::min<std::size_t>(core::usable_cpus(), plans.size()); ++started) {
      threads.emplace_back([&] {
        for (std::size_t i = next++; i < order.size(); i = next++)
          results[order[i]] = write_layer_caught(plans[order[i]], blobs, compression, time);
      });
    }
  }
  std::vector<Layer> layers;
  for (auto& result : results) {
    if (!result) return std::unexpected(result.error());
    layers.push_back(*std::move(result));
  }
  return layers;
}

core::Result<Packed> pack_image(const PackPlan& plan, const std::optional<Push>& push, const Cargo& cargo,
                                const fs::path& work) {
  const fs::path folder = work / "image";
  const fs::path blobs = folder / "blobs" / "sha256";
  fs::create_directories(blobs);
  Packed packed{.parts = parts_of(cargo.layers)};
  TRY(auto layers, write_layers(cargo.layers, packed.parts, blobs, plan.compression, plan.time));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    packed.parts[i].raw_size = layers[i].blob.raw_size;
    packed.parts[i].size = layers[i].blob.size;
    packed.size += layers[i].blob.size;
  }
  TRY(Image image, make_image(folder, std::move(layers), cargo.config, plan.name));
  packed.digest = image.digest;
  if (!plan.output.empty()) TRY_VOID(place_image(image, plan.format, plan.output));
  if (push) TRY_VOID(push_image(image, *push));
  return packed;
}

core::Result<Packed> pack_folder(const PackPlan& plan, const Cargo& cargo, const fs::path& work) {
  TRY(const LayerPlan folder, folder_plan(cargo, plan));
  TRY(const Layer archive, write_layer_caught(folder, work, plan.compression, plan.time));
  TRY_VOID(move_into_place(work / hex_of(archive.blob.digest), plan.output));
  return Packed{.digest = archive.blob.digest, .size = archive.blob.size, .parts = parts_of(cargo.layers)};
}

core::Result<Packed> pack_deb(const PackPlan& plan, const Cargo& cargo, const fs::path& work) {
  TRY(const auto layers, deb_layers(cargo, deb_name(plan.name).package));
  TRY(const Blob deb, write_deb(cargo, layers, plan, work, plan.output));
  return Packed{.digest = deb.digest, .size = deb.size, .parts = parts_of(layers)};
}

core::Result<Packed> pack_build_folder(const PackPlan& plan, const Cargo& cargo, const fs::path& work) {
  const fs::path folder = work / "build";
  fs::create_directories(folder);
  TRY_VOID(write_build_folder(cargo.layers, cargo.config, plan.name, folder));
  TRY_VOID(move_into_place(folder, plan.output));
  Packed packed{.parts = parts_of(cargo.layers)};
  for (const Part& part : packed.parts) packed.size += part.raw_size;
  return packed;
}

/// What is said of files in the work folder, said of the user's own: of the models where they lie, of all else by the
/// output that it was to become.
std::string in_users_paths(std::string message, const PackPlan& plan, const fs::path& work) {
  const std::string models = (work / "root" / plan.target).string();
  for (std::size_t at = message.find(models); at != std::string::npos; at = message.find(models, at + 1))
    message.replace(at, models.size(), plan.base.string());
  if (plan.output.empty()) return message;
  const std::string all = work.string();
  for (std::size_t at = message.find(all); at != std::string::npos;
       at = message.find(all, at + plan.output.string().size()))
    message.replace(at, std::min(message.find_first_of(" :,\"'", at + all.size()), message.size()) - at,
                    plan.output.string());
  return message;
}

core::Result<Packed> pack_in(const PackPlan& plan, const std::optional<Push>& push, runtime::BackendRegistry& backends,
                             const fs::path& work) {
  const fs::path root = work / "root";
  fs::create_directories(root);
  TRY(const Cargo cargo, gather(plan, backends, root));
  switch (plan.format) {
    case Format::tar: return pack_folder(plan, cargo, work);
    case Format::deb: return pack_deb(plan, cargo, work);
    case Format::containerfile: return pack_build_folder(plan, cargo, work);
    case Format::oci_archive:
    case Format::oci_folder:
    case Format::docker_archive: break;
  }
  return pack_image(plan, push, cargo, work);
}

}  // namespace

core::Result<Packed> pack(const PackPlan& plan, const std::optional<Push>& push, runtime::BackendRegistry& backends,
                          const fs::path& work) {
  try {
    auto packed = pack_in(plan, push, backends, work);
    if (packed) return packed;
    return std::unexpected(core::Error(packed.error().code(), in_users_paths(packed.error().message(), plan, work)));
  } catch (const fs::filesystem_error& error) {
    return core::cannot_write(plan.output.empty() ? work : plan.output, error.code().value());
  }
}

}  // namespace slipway::ship
