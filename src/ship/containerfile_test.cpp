#include "ship/containerfile.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::ship {
namespace {

namespace fs = std::filesystem;

using Containerfile = core::FolderTest;

TEST_F(Containerfile, SaysWhatTheImageIs) {
  EXPECT_EQ(containerfile({"the program", "model \"m\""},
                          {.user = "1:2",
                           .ports = {"8000/tcp"},
                           .environment = {"A=b$c \"d\""},
                           .entry_point = {"/x", "serve"},
                           .command = {"/models/my m"},
                           .health = {"/x", "health"},
                           .labels = {{"k", "v"}}},
                          "shop:3"),
            R"(# podman build -t shop:3 .
# docker build -t shop:3 .
FROM scratch
# the program
COPY ["layers/1", "/"]
# model "m"
COPY ["layers/2", "/"]
LABEL "k"="v"
ENV A="b\$c \"d\""
EXPOSE 8000/tcp
HEALTHCHECK CMD ["/x","health"]
STOPSIGNAL SIGTERM
WORKDIR /
USER 1:2
ENTRYPOINT ["/x","serve"]
CMD ["/models/my m"]
)");
}

TEST_F(Containerfile, ATitleIsOneLine) {
  EXPECT_THAT(containerfile({"model x\nRUN evil"}, {}, "shop:3"), testing::HasSubstr("\n# model x?RUN evil\nCOPY"));
}

TEST_F(Containerfile, FilesAreLaidOutAsInAnImage) {
  const fs::path from = write("from", "content");
  fs::permissions(from, fs::perms::owner_all);
  LayerPlan plan{.title = "t",
                 .items = {program_item(from, "usr/bin/x"),
                           text_item("etc/y", "1"),
                           text_item("etc/y", "a later one"),
                           {.kind = Item::Kind::open_folder, .name = "tmp", .from = {}, .text = {}}}};
  const fs::path out = folder() / "out";
  ASSERT_TRUE(write_tree(plan, out, 0));
  const auto mode = [&](const char* name) { return static_cast<unsigned>(fs::status(out / name).permissions()); };
  EXPECT_EQ(mode("usr/bin/x"), 0755U);
  EXPECT_EQ(mode("usr/bin"), 0755U);
  EXPECT_EQ(mode("etc/y"), 0644U);
  EXPECT_EQ(mode("tmp"), 01777U);
  EXPECT_EQ(fs::file_size(out / "etc/y"), 1U);
  for (const char* name : {"usr", "usr/bin", "usr/bin/x", "tmp"})
    EXPECT_EQ(std::chrono::file_clock::to_sys(fs::last_write_time(out / name)).time_since_epoch().count(), 0) << name;
  EXPECT_THAT(write_tree({.title = "t", .items = {file_item("/none", "a")}}, folder() / "other", 0).error().message(),
              testing::HasSubstr("/none"));
}

}  // namespace
}  // namespace slipway::ship
