#include "core/cpus.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace slipway::core {
namespace {

/// A root folder of the test's own, with the files of /proc and /sys that are read.
struct CgroupTest : testing::Test {
  std::filesystem::path root;

  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = testing::TempDir() + "slipway_cgroup_" + test->name() + "_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root = name;
  }
  void TearDown() override { std::filesystem::remove_all(root); }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text << '\n';
  }
};

TEST(Cpus, AtLeastOneIsUsable) { EXPECT_GE(usable_cpus(), 1U); }

TEST_F(CgroupTest, NoFilesMeanNoLimit) {
  EXPECT_EQ(cgroup_cpu_quota(root), 0);
  EXPECT_EQ(cgroup_memory_limit_bytes(root), 0U);
}

TEST_F(CgroupTest, VersionTwoTakesTheSmallestOnTheWayUp) {
  write("proc/self/cgroup", "0::/pod/box");
  write("sys/fs/cgroup/pod/box/cpu.max", "max 100000");
  write("sys/fs/cgroup/pod/cpu.max", "150000 100000");
  write("sys/fs/cgroup/cpu.max", "400000 100000");
  write("sys/fs/cgroup/pod/box/memory.max", "max");
  write("sys/fs/cgroup/pod/memory.max", "1073741824");
  EXPECT_DOUBLE_EQ(cgroup_cpu_quota(root), 1.5);
  EXPECT_EQ(cgroup_memory_limit_bytes(root), 1073741824U);
}

TEST_F(CgroupTest, InAContainerTheMountIsTheGroup) {
  write("proc/self/cgroup", "0::/");
  write("sys/fs/cgroup/cpu.max", "50000 100000");
  EXPECT_DOUBLE_EQ(cgroup_cpu_quota(root), 0.5);
}

TEST_F(CgroupTest, VersionOne) {
  write("proc/self/cgroup", "4:memory:/box\n3:cpu,cpuacct:/box");
  write("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "200000");
  write("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000");
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1");
  write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "536870912");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
  EXPECT_DOUBLE_EQ(cgroup_cpu_quota(root), 2);
  EXPECT_EQ(cgroup_memory_limit_bytes(root), 536870912U);
}

TEST_F(CgroupTest, NonsenseIsNoLimit) {
  write("proc/self/cgroup", "nonsense");
  write("sys/fs/cgroup/cpu.max", "100000 0");
  write("sys/fs/cgroup/memory.max", "lots");
  EXPECT_EQ(cgroup_cpu_quota(root), 0);
  EXPECT_EQ(cgroup_memory_limit_bytes(root), 0U);
}

TEST_F(CgroupTest, TheFirstProcessorsName) {
  EXPECT_EQ(processor_name(root), "unknown");
  write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Fast One\n\nprocessor\t: 1\nmodel name\t: Other");
  EXPECT_EQ(processor_name(root), "Fast One");
}

}  // namespace
}  // namespace slipway::core
