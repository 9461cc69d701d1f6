#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "ship/blob.hpp"

namespace slipway::ship {

/// One entry of a layer: a file's contents, a text, a text that may be run, or a folder. `open_folder` is one that
/// everybody may write in.
struct Item {
  enum class Kind { file, program, text, script, folder, open_folder };
  Kind kind = Kind::file;
  std::string name;            ///< in the image, without a leading slash
  std::filesystem::path from;  ///< of a file or program
  std::string text;            ///< of a text or script
};

inline Item file_item(std::filesystem::path from, std::string name) {
  return {.kind = Item::Kind::file, .name = std::move(name), .from = std::move(from), .text = {}};
}
/// A program or a library, whatever this machine's own modes are.
inline Item program_item(std::filesystem::path from, std::string name) {
  return {.kind = Item::Kind::program, .name = std::move(name), .from = std::move(from), .text = {}};
}
inline Item text_item(std::string name, std::string text) {
  return {.kind = Item::Kind::text, .name = std::move(name), .from = {}, .text = std::move(text)};
}
inline Item script_item(std::string name, std::string text) {
  return {.kind = Item::Kind::script, .name = std::move(name), .from = {}, .text = std::move(text)};
}

/// What one layer is to hold. Later items of a name that is there already are left out.
struct LayerPlan {
  std::string title;  ///< for people: "model digits, version 3"
  std::vector<Item> items;
  bool is_of_user = false;  ///< of a folder of the user's, who may not know all that lies in it
};

struct Layer {
  std::string title;
  Compression compression = Compression::gzip;
  Blob blob;
};

/// Writes the layer into `blobs`: names in order, each folder before what is in it, all as old as `time`.
core::Result<Layer> write_layer(const LayerPlan& plan, const std::filesystem::path& blobs, Compression compression,
                                std::int64_t time);

}  // namespace slipway::ship
