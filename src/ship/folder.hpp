#pragma once

#include <string>
#include <vector>

#include "core/error.hpp"
#include "ship/cargo.hpp"

namespace slipway::ship {

/// The shell script that runs `program` of a folder by that folder's own loader and libraries, whatever the system has.
/// Names are as in the folder; `more` is put before the arguments it is given.
struct Launcher {
  std::string name;       ///< of the script: "usr/lib/slipway/speech/check"
  std::string program;    ///< "usr/bin/slipway"
  std::string loader;     ///< "lib64/ld-linux-x86-64.so.2"
  std::string libraries;  ///< "usr/lib/x86_64-linux-gnu"
  std::string more{};     ///< as a shell reads it
};
std::string script_of(const Launcher& launcher);

/// The files of one folder that runs on any Linux of this architecture: those of the image below a name, the scripts
/// `run`, which serves the models, and `slipway`, and a README.txt. No C library of the system's is used: the loader
/// that comes along is given the program, since the kernel would take the system's by its absolute name.
core::Result<LayerPlan> folder_plan(const Cargo& cargo, const PackPlan& plan);

}  // namespace slipway::ship
