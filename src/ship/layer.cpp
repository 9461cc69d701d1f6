#include "ship/layer.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "ship/tar.hpp"

namespace slipway::ship {

namespace {

core::Result<void> write_item(TarWriter& tar, const Item& item) {
  switch (item.kind) {
    case Item::Kind::file: return tar.file(item.name, item.from, false);
    case Item::Kind::program: return tar.file(item.name, item.from, true);
    case Item::Kind::text: return tar.text(item.name, item.text);
    case Item::Kind::script: return tar.text(item.name, item.text, true);
    case Item::Kind::folder: return tar.folder(item.name, 0755);
    case Item::Kind::open_folder: return tar.folder(item.name, 01777);
  }
  return core::fail(core::Code::internal, "an item of no kind");
}

/// By the middle of the largest file, which most of a layer is.
Effort effort_of(const LayerPlan& plan) {
  constexpr std::uintmax_t sample_bytes = 1U << 18U;
  const Item* largest = nullptr;
  std::uintmax_t size = 0;
  for (const Item& item : plan.items) {
    std::error_code failure;
    const std::uintmax_t one = item.from.empty() ? 0 : std::filesystem::file_size(item.from, failure);
    if (failure || one <= size) continue;
    size = one;
    largest = &item;
  }
  if (largest == nullptr) return Effort::usual;
  std::vector<char> sample(std::min(size, sample_bytes));
  std::ifstream in(largest->from, std::ios::binary);
  in.seekg(static_cast<std::streamoff>((size - sample.size()) / 2));
  if (!in.read(sample.data(), static_cast<std::streamsize>(sample.size()))) return Effort::usual;
  return effort_for(std::as_bytes(std::span(sample)));
}

}  // namespace

core::Result<Layer> write_layer(const LayerPlan& plan, const std::filesystem::path& blobs, Compression compression,
                                std::int64_t time) {
  std::map<std::string_view, const Item*> by_name;
  std::map<std::string, Item> folders;
  for (const Item& item : plan.items) {
    by_name.emplace(item.name, &item);
    for (auto slash = item.name.find('/'); slash != std::string::npos; slash = item.name.find('/', slash + 1)) {
      const std::string folder = item.name.substr(0, slash);
      folders.try_emplace(folder, Item{.kind = Item::Kind::folder, .name = folder, .from = {}, .text = {}});
    }
  }
  for (const auto& [name, folder] : folders) by_name.emplace(name, &folder);
  BlobWriter blob(blobs, compression, effort_of(plan));
  TarWriter tar([&blob](std::span<const std::byte> bytes) { return blob.write(bytes); }, time);
  for (const auto& [name, item] : by_name) TRY_VOID(write_item(tar, *item));
  TRY_VOID(tar.finish());
  TRY(Blob written, blob.finish());
  return Layer{plan.title, compression, std::move(written)};
}

}  // namespace slipway::ship
