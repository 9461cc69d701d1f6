#include "core/own_program.hpp"

#include "core/test_folder.hpp"

namespace slipway::core {
namespace {

namespace fs = std::filesystem;
using OwnProgram = FolderTest;

TEST_F(OwnProgram, IsTheFileThatItsCodeComesFrom) {
  EXPECT_EQ(own_program(), fs::read_symlink("/proc/self/exe"));
  EXPECT_EQ(mapped_file(reinterpret_cast<const void*>(&own_program)), own_program());
}

TEST_F(OwnProgram, ReadsNamesAsTheKernelWritesThem) {
  const fs::path maps = write("maps",
                              "1000-2000 r--p 00000000 fd:00 12                         /opt/my shop/slipway\n"
                              "2000-3000 rw-p 00000000 00:00 0 \n"
                              "nonsense\n");
  EXPECT_EQ(mapped_file(reinterpret_cast<const void*>(0x1fff), maps), "/opt/my shop/slipway");
  EXPECT_EQ(mapped_file(reinterpret_cast<const void*>(0x2000), maps), "");
  EXPECT_EQ(mapped_file(reinterpret_cast<const void*>(0x3000), maps), "");
  EXPECT_EQ(mapped_file(reinterpret_cast<const void*>(0x1000), folder() / "none"), "");
}

}  // namespace
}  // namespace slipway::core
