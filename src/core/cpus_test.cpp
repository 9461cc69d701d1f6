#include "core/cpus.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

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

TEST_F(CgroupTest, VersionOneTakesTheSmallestOnTheWayUp) {
  write("proc/self/cgroup", "3:cpu:/kubepods/pod/box\n2:memory:/kubepods/pod/box");
  for (const auto& [group, quota] :
       {std::pair{"", "-1"}, {"/kubepods", "300000"}, {"/kubepods/pod", "50000"}, {"/kubepods/pod/box", "100000"}}) {
    write(std::string("sys/fs/cgroup/cpu") + group + "/cpu.cfs_quota_us", quota);
    write(std::string("sys/fs/cgroup/cpu") + group + "/cpu.cfs_period_us", "100000");
  }
  write("sys/fs/cgroup/memory/kubepods/pod/box/memory.limit_in_bytes", "9223372036854771712");
  write("sys/fs/cgroup/memory/kubepods/memory.limit_in_bytes", "1048576");
  EXPECT_DOUBLE_EQ(cgroup_cpu_quota(root), 0.5);
  EXPECT_EQ(cgroup_memory_limit_bytes(root), 1048576U);
}

TEST_F(CgroupTest, AContainerWithoutANamespaceIsToldTheHostsPaths) {
  write("proc/self/cgroup", "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/docker/abc");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "4096");
  EXPECT_DOUBLE_EQ(cgroup_cpu_quota(root), 1.5);
  EXPECT_EQ(cgroup_memory_limit_bytes(root), 4096U);
}

TEST_F(CgroupTest, VersionTwoBesideVersionOne) {
  write("proc/self/cgroup", "4:memory:/\n0::/user/box");
  write("sys/fs/cgroup/unified/user/box/cpu.max", "200000 100000");
  write("sys/fs/cgroup/unified/user/cpu.max", "max 100000");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "8192");
  EXPECT_DOUBLE_EQ(cgroup_cpu_quota(root), 2);
  EXPECT_EQ(cgroup_memory_limit_bytes(root), 8192U);
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
