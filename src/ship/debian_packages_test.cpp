#include "ship/debian_packages.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::ship {
namespace {

using Packages = core::FolderTest;

TEST_F(Packages, AreFoundByTheirFilesInEitherPlaceOfAMergedUsr) {
  write("status", "Package: libone\nStatus: install ok installed\nVersion: 1.2-3\n\nPackage: two\nVersion: 4\n");
  write("info/libone:amd64.list", "/.\n/lib/nowhere/libone.so.1\n");
  write("info/two.list", "/usr/lib/nowhere/libtwo.so\n");
  const auto found = packages_of({"/usr/lib/nowhere/libone.so.1", "/lib/nowhere/libtwo.so", "/opt/own.so"}, folder());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found.at("/usr/lib/nowhere/libone.so.1").name, "libone");
  EXPECT_EQ(found.at("/usr/lib/nowhere/libone.so.1").version, "1.2-3");
  EXPECT_EQ(found.at("/lib/nowhere/libtwo.so").version, "4");
}

TEST_F(Packages, SayHowTheirLibrariesAreAskedFor) {
  write("info/libone:amd64.shlibs", "# of one\nudeb: libone 1 one-udeb\nlibone 1 libone (>= 1.2), more\nlibone 2 no\n");
  write("info/two.shlibs", "libtwo 1.5 two (= 4)\n");
  EXPECT_EQ(dependency_on({.name = "libone", .version = "7", .copyright = {}}, "libone.so.1", folder()),
            "libone (>= 1.2), more");
  EXPECT_EQ(dependency_on({.name = "two", .version = "4", .copyright = {}}, "libtwo-1.5.so", folder()), "two (= 4)");
  EXPECT_EQ(dependency_on({.name = "three", .version = "2:1-1", .copyright = {}}, "libthree.so.1", folder()),
            "three (>= 2:1-1)");
}

TEST_F(Packages, AreNoneWithoutDpkg) { EXPECT_TRUE(packages_of({"/lib/x.so"}, "/nowhere").empty()); }

}  // namespace
}  // namespace slipway::ship
