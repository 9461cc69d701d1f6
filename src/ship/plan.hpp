#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/model_spec.hpp"
#include "models/repository.hpp"
#include "ship/format.hpp"
#include "ship/layer.hpp"

namespace slipway::ship {

/// What is to be packed, and as what.
struct PackPlan {
  std::vector<models::Source> sources;
  std::filesystem::path base;  ///< the folder that the models lie below,
  std::string target;          ///< and what it becomes in the image: "models"
  std::string served;          ///< what `slipway serve` is given, in the image: "/models/digits.onnx"
  bool is_app = false;         ///< it is an app file,
  std::vector<Item> more;      ///< which this is
  config::ModelSpec over;      ///< what the image's command line says of models: `backend` alone
  std::uint16_t http_port = 8000;
  std::vector<std::string> ports;  ///< "8000/tcp"
  std::string name;                ///< "digits:latest"
  std::int64_t time = 0;           ///< of every file, in seconds since 1970
  Format format = Format::oci_archive;
  Compression compression = Compression::gzip;
  std::filesystem::path output;
};

}  // namespace slipway::ship
