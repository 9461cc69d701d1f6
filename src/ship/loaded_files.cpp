#include "ship/loaded_files.hpp"

#include <link.h>

namespace slipway::ship {

namespace fs = std::filesystem;

std::vector<fs::path> loaded_libraries() {
  std::vector<fs::path> files;
  dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t /*size*/, void* into) {
        const fs::path name = object->dlpi_name;
        // the program has no name, what the kernel lends every process no file
        if (name.is_absolute()) static_cast<std::vector<fs::path>*>(into)->push_back(name.lexically_normal());
        return 0;
      },
      &files);
  return files;
}

}  // namespace slipway::ship
