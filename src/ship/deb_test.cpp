#include "ship/deb.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "core/test_folder.hpp"
#include "ship/ar.hpp"
#include "ship/deb_texts.hpp"

namespace slipway::ship {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

using Deb = core::FolderTest;

TEST_F(Deb, IsCalledAfterTheImage) {
  EXPECT_EQ(deb_name("example.org:5000/team/my_shop:3.1-rc_1").package, "slipway-my-shop");
  EXPECT_EQ(deb_name("example.org:5000/team/my_shop:3.1-rc_1").version, "3.1+rc.1");
  EXPECT_EQ(deb_name("shop:latest").version, "0~latest");
}

TEST_F(Deb, HasFilesThatNoOtherPackageHas) {
  EXPECT_EQ(deb_place("usr/bin/slipway", "p"), "usr/lib/p/bin/slipway");
  EXPECT_EQ(deb_place("usr/lib/slipway/backends/x.so", "p"), "usr/lib/p/lib/slipway/backends/x.so");
  EXPECT_EQ(deb_place("models/a/1/model.onnx", "p"), "usr/share/p/models/a/1/model.onnx");
  EXPECT_EQ(deb_place("usr/share/sbom/slipway.spdx.json", "p"), "usr/share/sbom/p.spdx.json");
  EXPECT_EQ(deb_place("etc/passwd", "p"), "");
}

TEST_F(Deb, RefusesALibraryOfNoPackage) {
  Cargo cargo;
  cargo.layers.push_back({.title = "t", .items = {file_item("/opt/libown.so.1", "usr/lib/here/libown.so.1")}});
  EXPECT_THAT(deb_layers(cargo, "p").error().message(), HasSubstr("/opt/libown.so.1: is of no package"));
  // and has none that a package brings, nor that one's licences
  cargo.owners["usr/lib/here/libown.so.1"] = {.name = "libown1", .version = "1", .copyright = {}};
  cargo.layers.front().items.push_back(text_item("usr/share/doc/libown1/copyright", "x"));
  cargo.layers.front().items.push_back(text_item("usr/share/doc/slipway/LICENSE", "x"));
  const auto layers = deb_layers(cargo, "p");
  ASSERT_TRUE(layers && layers->size() == 1 && layers->front().items.size() == 1);
  EXPECT_EQ(layers->front().items.front().name, "usr/share/doc/p/slipway/LICENSE");
}

TEST_F(Deb, UnitDeniesNewCodeWhereNoBackendMakesAny) {
  PackPlan plan;
  plan.served = "/models/my 100% model";
  Cargo cargo;
  cargo.backends = {"onnxruntime"};
  const std::string unit = deb_unit({"slipway-shop", "1"}, cargo, plan);
  EXPECT_THAT(unit, HasSubstr("MemoryDenyWriteExecute=yes"));
  EXPECT_THAT(unit, HasSubstr("serve \"/usr/share/slipway-shop/models/my 100%% model\"\n"));
  cargo.backends = {"onnxruntime", "openvino"};
  EXPECT_THAT(deb_unit({"slipway-shop", "1"}, cargo, plan), Not(HasSubstr("MemoryDenyWriteExecute=yes")));
}

TEST_F(Deb, ATitleIsOneLineOfTheDescription) {
  Cargo cargo;
  cargo.layers.push_back({.title = "model x\nEvil: yes", .items = {}});
  EXPECT_THAT(deb_control({"slipway-shop", "1"}, cargo, {}, 1), testing::EndsWith("\n - model x?Evil: yes\n"));
}

TEST_F(Deb, MembersBeginAtEvenPlaces) {
  const fs::path file = write("file", "abc");
  ArWriter ar(folder() / "x.ar", 7);
  ASSERT_TRUE(ar.file("one", file));
  ASSERT_TRUE(ar.text("two", "2.0\n"));
  ASSERT_TRUE(ar.finish());
  std::ifstream in(folder() / "x.ar", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(text,
            "!<arch>\n"
            "one             7           0     0     100644  3         `\nabc\n"
            "two             7           0     0     100644  4         `\n2.0\n");
}

}  // namespace
}  // namespace slipway::ship
