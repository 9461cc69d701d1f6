#include "ship/image.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <utility>

#include "config/text_file.hpp"
#include "core/io_error.hpp"
#include "core/utc_time.hpp"
#include "ship/digest.hpp"
#include "ship/tar.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view layout = R"({"imageLayoutVersion":"1.0.0"})";
constexpr std::string_view index_name = "index.json";
constexpr std::string_view manifest_type = "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view config_type = "application/vnd.oci.image.config.v1+json";

std::string media_type(Compression compression) {
  constexpr std::string_view tar = "application/vnd.oci.image.layer.v1.tar";
  switch (compression) {
    case Compression::gzip: return fmt::format("{}+gzip", tar);
    case Compression::zstd: return fmt::format("{}+zstd", tar);
    case Compression::none: break;
  }
  return std::string(tar);
}

json::object descriptor(std::string_view type, const Blob& blob) {
  return {{"mediaType", type}, {"digest", blob.digest}, {"size", blob.size}};
}

std::string config_json(const std::vector<Layer>& layers, const ImageConfig& config) {
  json::object ports;
  for (const std::string& port : config.ports) ports[port] = json::object();
  json::object inner{{"User", config.user},
                     {"ExposedPorts", std::move(ports)},
                     {"Env", json::value_from(config.environment)},
                     {"Entrypoint", json::value_from(config.entry_point)},
                     {"Cmd", json::value_from(config.command)},
                     {"WorkingDir", config.work_folder},
                     {"StopSignal", config.stop_signal},
                     {"Labels", json::value_from(config.labels)}};
  if (!config.health.empty()) {
    json::array test{"CMD"};
    for (const std::string& word : config.health) test.emplace_back(word);
    inner["Healthcheck"] = json::object{{"Test", std::move(test)}};
  }
  json::array diffs;
  json::array history;
  for (const Layer& layer : layers) {
    diffs.emplace_back(layer.blob.diff_digest);
    history.push_back(
        {{"created", core::utc_text(config.created)}, {"created_by", "slipway pack"}, {"comment", layer.title}});
  }
  return json::serialize(json::object{{"created", core::utc_text(config.created)},
                                      {"architecture", architecture()},
                                      {"os", "linux"},
                                      {"config", std::move(inner)},
                                      {"rootfs", {{"type", "layers"}, {"diff_ids", std::move(diffs)}}},
                                      {"history", std::move(history)}});
}

/// An archive of files that are named as they shall be in it.
core::Result<void> write_archive(const fs::path& output, std::int64_t time, const std::vector<Item>& items) {
  std::ofstream out(output, std::ios::binary);
  TarWriter tar(
      [&out, &output](std::span<const std::byte> bytes) -> core::Result<void> {
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        if (out) return {};
        return core::cannot_write(output);
      },
      time);
  for (const Item& item : items) {
    TRY_VOID(item.kind == Item::Kind::text ? tar.text(item.name, item.text) : tar.file(item.name, item.from, false));
  }
  TRY_VOID(tar.finish());
  out.close();
  if (out) return {};
  return core::cannot_write(output);
}

/// What names the one manifest of the layout.
std::string index_json(const Image& image) {
  json::object listed = descriptor(manifest_type, image.manifest);
  listed["annotations"] =
      json::object{{"org.opencontainers.image.ref.name", tag_of(image.name)}, {"io.containerd.image.name", image.name}};
  listed["platform"] = json::object{{"architecture", architecture()}, {"os", "linux"}};
  return json::serialize(json::object{{"schemaVersion", 2},
                                      {"mediaType", "application/vnd.oci.image.index.v1+json"},
                                      {"manifests", json::array{std::move(listed)}}});
}

/// The files of a layout's archive: as the folder has them.
std::vector<Item> oci_items(const Image& image) {
  std::vector<Item> items{text_item("oci-layout", std::string(layout)),
                          text_item(std::string(index_name), index_json(image))};
  const auto add = [&](const Blob& blob) {
    const std::string name = "blobs/sha256/" + hex_of(blob.digest);
    items.push_back(file_item(image.folder / name, name));
  };
  for (const Layer& layer : image.layers) add(layer.blob);
  add(image.config);
  add(image.manifest);
  return items;
}

/// The files of what `docker load` takes (Docker image specification 1.2).
std::vector<Item> docker_items(const Image& image) {
  std::vector<Item> items;
  const auto add = [&](const Blob& blob, std::string_view ending) {
    const std::string hex = hex_of(blob.digest);
    items.push_back(file_item(image.folder / "blobs" / "sha256" / hex, fmt::format("{}.{}", hex, ending)));
    return items.back().name;
  };
  json::array names;
  for (const Layer& layer : image.layers) names.emplace_back(add(layer.blob, "tar"));
  const std::string config = add(image.config, "json");
  const json::object entry{{"Config", config}, {"RepoTags", json::array{image.name}}, {"Layers", std::move(names)}};
  items.push_back(text_item("manifest.json", json::serialize(json::array{entry})));
  return items;
}

}  // namespace

std::string architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#else
#error "name this architecture as OCI does (the Go project's GOARCH)"
#endif
}

core::Result<Image> make_image(const fs::path& folder, std::vector<Layer> layers, const ImageConfig& config,
                               const std::string& name) {
  Image image{.folder = folder,
              .name = name,
              .digest = {},
              .layers = std::move(layers),
              .config = {},
              .manifest = {},
              .created = config.created};
  const fs::path blobs = folder / "blobs" / "sha256";
  TRY(image.config, write_blob(blobs, config_json(image.layers, config)));
  json::array entries;
  for (const Layer& layer : image.layers) {
    json::object entry = descriptor(media_type(layer.compression), layer.blob);
    entry["annotations"] = json::object{{"org.opencontainers.image.title", layer.title}};
    entries.push_back(std::move(entry));
  }
  const std::string manifest = json::serialize(json::object{{"schemaVersion", 2},
                                                            {"mediaType", manifest_type},
                                                            {"config", descriptor(config_type, image.config)},
                                                            {"layers", std::move(entries)},
                                                            {"annotations", json::value_from(config.labels)}});
  TRY(image.manifest, write_blob(blobs, manifest));
  image.digest = image.manifest.digest;
  TRY_VOID(config::write_text_file(folder / "oci-layout", layout));
  TRY_VOID(config::write_text_file(folder / index_name, index_json(image)));
  return image;
}

core::Result<void> place_image(Image& image, Format format, const fs::path& output) {
  if (format == Format::oci_folder) {
    TRY_VOID(move_into_place(image.folder, output));
    image.folder = output;
    return {};
  }
  if (format != Format::oci_archive && format != Format::docker_archive)
    return core::invalid(fmt::format("{}: an image is an archive or a folder", output.string()));
  const fs::path archive = image.folder.parent_path() / "archive.tar";
  TRY_VOID(
      write_archive(archive, image.created, format == Format::oci_archive ? oci_items(image) : docker_items(image)));
  return move_into_place(archive, output);
}

}  // namespace slipway::ship
