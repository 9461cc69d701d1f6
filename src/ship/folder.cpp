#include "ship/folder.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <gnu/libc-version.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include "ship/shell.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view program_name = "usr/bin/slipway";
constexpr std::string_view own_files = "usr/lib/slipway/";

/// Whether the kernel would look for a loader to run it.
bool is_program(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  Elf64_Ehdr head{};
  if (!in.read(reinterpret_cast<char*>(&head), sizeof head)) return false;
  if (!std::string_view(reinterpret_cast<const char*>(head.e_ident), SELFMAG).starts_with(ELFMAG) ||
      head.e_ident[EI_CLASS] != ELFCLASS64)
    return false;
  in.seekg(static_cast<std::streamoff>(head.e_phoff));
  for (unsigned i = 0; i < head.e_phnum; ++i) {
    Elf64_Phdr part{};
    if (!in.read(reinterpret_cast<char*>(&part), sizeof part)) return false;
    if (part.p_type == PT_INTERP) return true;
  }
  return false;
}

std::string file_name(const std::string& name) { return name.substr(name.rfind('/') + 1); }

/// What a container has and a folder takes from the system.
bool is_of_containers(const std::string& name) { return name.starts_with("etc/") || name == "tmp"; }

std::string read_me(const PackPlan& plan, const Cargo& cargo) {
  std::string text = fmt::format(
      R"({0}, served by Slipway {1}

./run                              serves the models on http://127.0.0.1:{2}
./run --host ::                    on every address; each option of `slipway serve` may follow
./slipway --help                   everything else that the program does

This folder runs from wherever it is put, as any user, and nothing need be installed. It asks for Linux 3.2 or newer on
{3}, with /proc and a /bin/sh, and brings its own C library ({4}). Nothing in it is written to.
Licences are in usr/share/doc, what it is made of stands in usr/share/sbom/slipway.spdx.json.

)",
      plan.name, SLIPWAY_VERSION, plan.http_port, architecture(), gnu_get_libc_version());
  for (const LayerPlan& layer : cargo.layers) text += fmt::format("- {}\n", layer.title);
  return text;
}

}  // namespace

std::string script_of(const Launcher& launcher) {
  std::string up;
  for (auto left = std::ranges::count(launcher.name, '/'); left > 0; --left) up += "/..";
  return fmt::format(
      R"sh(#!/bin/sh
# Runs {0} of this folder with the loader and the libraries beside it, and with none of the system's.
top=$(dirname -- "$(readlink -f -- "$0")"){1}
exec "$top"/{2} --inhibit-cache --library-path "$top"/{3} --argv0 "$0" "$top"/{4} {5}"$@"
)sh",
      launcher.program, up, shell_quoted(launcher.loader), shell_quoted(launcher.libraries),
      shell_quoted(launcher.program), launcher.more.empty() ? "" : launcher.more + " ");
}

core::Result<LayerPlan> folder_plan(const Cargo& cargo, const PackPlan& plan) {
  const std::string tag = tag_of(plan.name);
  const std::string top = short_name_of(plan.name) + (tag == "latest" ? "" : "-" + tag) + "/";
  Launcher launcher{.name = "slipway", .program = std::string(program_name), .loader = {}, .libraries = {}};
  LayerPlan folder{.title = top, .items = {}};
  std::vector<std::string> helpers;
  for (const LayerPlan& layer : cargo.layers) {
    for (Item item : layer.items) {
      if (is_of_containers(item.name)) continue;
      const std::string file = file_name(item.name);
      if (file.starts_with("ld-linux")) launcher.loader = item.name;
      if (file == "libc.so.6") launcher.libraries = item.name.substr(0, item.name.rfind('/'));
      if (item.name.starts_with(own_files) && !file.contains(".so") && is_program(item.from)) {
        helpers.push_back(item.name);
        item.name += ".elf";
      }
      item.name = top + item.name;
      folder.items.push_back(std::move(item));
    }
  }
  if (launcher.loader.empty() || launcher.libraries.empty())
    return core::fail(core::Code::failed_precondition,
                      "this program has loaded no C library of its own to take along (ld-linux, libc.so.6)");
  const auto add_script = [&](const Launcher& one) {
    folder.items.push_back(script_item(top + one.name, script_of(one)));
  };
  add_script(launcher);
  for (const std::string& helper : helpers) {
    Launcher one = launcher;
    one.name = helper;
    one.program = helper + ".elf";
    add_script(one);
  }
  launcher.name = "run";
  launcher.more = "serve \"$top\"" + shell_quoted(plan.served);
  if (plan.over.backend) launcher.more += " --backend " + shell_quoted(*plan.over.backend);
  add_script(launcher);
  folder.items.push_back(text_item(top + "README.txt", read_me(plan, cargo)));
  return folder;
}

}  // namespace slipway::ship
