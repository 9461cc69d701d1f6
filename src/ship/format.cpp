#include "ship/format.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/io_error.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

namespace {

constexpr std::array formats{std::pair{"oci-archive"sv, Format::oci_archive},
                             std::pair{"oci-dir"sv, Format::oci_folder},
                             std::pair{"docker-archive"sv, Format::docker_archive},
                             std::pair{"tar"sv, Format::tar},
                             std::pair{"deb"sv, Format::deb},
                             std::pair{"containerfile"sv, Format::containerfile}};

}  // namespace

core::Result<Format> format_from(std::string_view name) {
  for (const auto& [known, format] : formats) {
    if (known == name) return format;
  }
  return core::invalid(fmt::format(
      "format \"{}\" given; oci-archive, oci-dir, docker-archive, tar, deb or containerfile expected", name));
}

bool is_image(Format format) {
  return format == Format::oci_archive || format == Format::oci_folder || format == Format::docker_archive;
}

bool is_folder(Format format) { return format == Format::oci_folder || format == Format::containerfile; }

std::string default_output(Format format, Compression compression, const std::string& name) {
  switch (format) {
    case Format::oci_archive:
    case Format::docker_archive: break;
    case Format::oci_folder: return name + "-image";
    case Format::containerfile: return name + "-build";
    case Format::deb: return name + ".deb";
    case Format::tar: return name + (compression == Compression::zstd ? ".tar.zst" : ".tar.gz");
  }
  return name + ".tar";
}

std::string tag_of(const std::string& image) { return image.substr(image.rfind(':') + 1); }

std::string short_name_of(const std::string& image) {
  const std::string name = image.substr(image.rfind('/') + 1);
  return name.substr(0, name.rfind(':'));
}

core::Result<void> move_into_place(const fs::path& made, const fs::path& output) {
  std::error_code failure;
  fs::rename(made, output, failure);
  if (!failure) return {};
  return core::cannot_write(output, failure.value());
}

}  // namespace slipway::ship
