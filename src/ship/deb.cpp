#include "ship/deb.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "ship/ar.hpp"
#include "ship/deb_texts.hpp"
#include "ship/digest.hpp"
#include "ship/layer.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "./usr/x", as dpkg-deb names it. How much of a disk it takes, in KiB.
std::uint64_t add_item(LayerPlan& data, Item item) {
  constexpr std::uint64_t kibi = 1024;
  std::error_code failure;
  const std::uint64_t size = item.from.empty() ? item.text.size() : fs::file_size(item.from, failure);
  item.name.insert(0, "./");
  data.items.push_back(std::move(item));
  return failure ? 0 : (size + kibi - 1) / kibi;
}

/// The licences of a package that brings them itself: "usr/share/doc/libc6/copyright".
bool is_of(const std::set<std::string>& packages, const std::string& name) {
  constexpr std::string_view folder = "usr/share/doc/";
  return name.starts_with(folder) &&
         packages.contains(name.substr(folder.size(), name.rfind('/') - std::min(name.rfind('/'), folder.size())));
}

core::Result<Blob> blob_of(const fs::path& file) {
  std::error_code failure;
  const auto hash = models::sha256_of(file);
  Blob blob;
  blob.size = fs::file_size(file, failure);
  if (!hash || failure) return core::fail(core::Code::internal, fmt::format("{}: cannot be hashed", file.string()));
  blob.digest = digest_text(*hash);
  return blob;
}

}  // namespace

DebName deb_name(const std::string& image) {
  DebName name{.package = "slipway-", .version = {}};
  for (const char c : short_name_of(image)) name.package += c == '_' ? '-' : c;
  const std::string tag = tag_of(image);
  name.version = is_digit(tag.front()) ? "" : "0~";
  // what a tag may have and a version may not
  for (const char c : tag) name.version += c == '_' ? '.' : c == '-' ? '+' : c;
  return name;
}

std::string deb_place(const std::string& name, const std::string& package) {
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"usr/bin/", "usr/lib/" + package + "/bin/"},
                                 {"usr/lib/slipway/", "usr/lib/" + package + "/lib/slipway/"},
                                 {"usr/share/doc/", "usr/share/doc/" + package + "/"},
                                 {"usr/share/sbom/slipway", "usr/share/sbom/" + package},
                                 {"models/", "usr/share/" + package + "/models/"},
                                 {"app/", "usr/share/" + package + "/app/"}}) {
    if (name.starts_with(from)) return to + name.substr(from.size());
  }
  return "";
}

core::Result<std::vector<LayerPlan>> deb_layers(const Cargo& cargo, const std::string& package) {
  std::set<std::string> packages;
  for (const auto& [file, owner] : cargo.owners) packages.insert(owner.name);
  std::vector<LayerPlan> layers;
  for (const LayerPlan& layer : cargo.layers) {
    layers.push_back({.title = layer.title, .items = {}, .is_of_user = layer.is_of_user});
    for (const Item& item : layer.items) {
      if (cargo.owners.contains(item.name) || is_of(packages, item.name)) continue;
      Item placed = item;
      placed.name = deb_place(item.name, package);
      if (!placed.name.empty()) {
        layers.back().items.push_back(std::move(placed));
      } else if (item.name.contains(".so")) {  // and not users and certificates, which the system has
        return core::fail(core::Code::failed_precondition,
                          fmt::format("{}: is of no package of this system, so that a .deb cannot ask for it; the "
                                      "format tar takes it along",
                                      item.from.string()));
      }
    }
  }
  return layers;
}

core::Result<Blob> write_deb(const Cargo& cargo, const std::vector<LayerPlan>& layers, const PackPlan& plan,
                             const fs::path& work, const fs::path& output) {
  const DebName name = deb_name(plan.name);
  const std::string defaults = "etc/default/" + name.package;
  LayerPlan data{.title = "data", .items = {}};
  std::uint64_t installed_kib = 0;
  for (const LayerPlan& layer : layers) {
    for (const Item& item : layer.items) installed_kib += add_item(data, item);
  }
  installed_kib +=
      add_item(data, text_item("usr/lib/systemd/system/" + name.package + ".service", deb_unit(name, cargo, plan)));
  installed_kib += add_item(data, text_item(defaults, deb_defaults(name, plan)));
  installed_kib += add_item(data, text_item("usr/share/doc/" + name.package + "/copyright", deb_copyright()));
  std::set<std::string> depends;
  for (const auto& [file, owner] : cargo.owners) depends.insert(dependency_on(owner, file.substr(file.rfind('/') + 1)));

  LayerPlan control{.title = "control", .items = {}};
  control.items.push_back(
      text_item("./control", deb_control(name, cargo, {depends.begin(), depends.end()}, installed_kib)));
  control.items.push_back(text_item("./conffiles", "/" + defaults + "\n"));
  for (const char* script : {"postinst", "prerm", "postrm"})
    control.items.push_back(script_item(fmt::format("./{}", script), deb_script(script, name.package)));

  TRY(const Layer controls, write_layer(control, work, Compression::gzip, plan.time));
  TRY(const Layer packed, write_layer(data, work, plan.compression, plan.time));
  const fs::path made = work / "package.deb";
  ArWriter ar(made, plan.time);
  TRY_VOID(ar.text("debian-binary", "2.0\n"));
  TRY_VOID(ar.file("control.tar.gz", work / hex_of(controls.blob.digest)));
  TRY_VOID(ar.file(plan.compression == Compression::zstd ? "data.tar.zst" : "data.tar.gz",
                   work / hex_of(packed.blob.digest)));
  TRY_VOID(ar.finish());
  TRY(Blob blob, blob_of(made));
  TRY_VOID(move_into_place(made, output));
  return blob;
}

}  // namespace slipway::ship
