#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "runtime/backend_registry.hpp"
#include "ship/plan.hpp"
#include "ship/push.hpp"

namespace slipway::ship {

/// A layer's part of what was packed.
struct Part {
  std::string title;
  std::uint64_t raw_size = 0;
  std::uint64_t size = 0;  ///< compressed; 0 where all is compressed as one
  struct File {
    std::string name;
    std::uint64_t size = 0;
  };
  std::vector<File> largest{};  ///< of its files, the largest first: of the user's own all, or very many
  std::size_t files = 0;        ///< all of them
};

struct Packed {
  std::string digest{};    ///< of an image's manifest, or of the file; "" of a Containerfile
  std::uint64_t size = 0;  ///< of all, compressed where it is
  std::vector<Part> parts{};
};

/// Packs this program and the models: each model is loaded, which shows that it can be served and which libraries it
/// needs; those, the program and what a container asks for are packed, and nothing else. The same program and models
/// give the same digest. What is being made lies in `work`, an empty folder on the file system of the plan's output,
/// which is the caller's to remove. An image is pushed where `push` says; without a place for it to be kept (an empty
/// `plan.output`) it is only pushed. Loads on the calling thread; not twice at a time.
core::Result<Packed> pack(const PackPlan& plan, const std::optional<Push>& push, runtime::BackendRegistry& backends,
                          const std::filesystem::path& work);

}  // namespace slipway::ship
