// The server and the way to it are in the test's own hands.
#include "measure/shared_memory_transport.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace slipway::measure {
namespace {

using Log = std::vector<std::string>;

/// Answers each request at once.
class QuickLanes : public Lanes {
 public:
  QuickLanes(Log& log, std::uint32_t count) : log_(log), count_(count) {}
  ~QuickLanes() override { log_.emplace_back("closed"); }
  QuickLanes(const QuickLanes&) = delete;
  QuickLanes& operator=(const QuickLanes&) = delete;
  std::uint32_t count() const override { return count_; }
  void send(std::uint32_t lane) override { ended_.push_back({.lane = lane, .at = {}, .error = {}}); }
  void wait(core::TimePoint /*until*/, std::vector<Ended>& ended) override { std::swap(ended, ended_); }

 private:
  Log& log_;
  std::uint32_t count_;
  std::vector<Ended> ended_;
};

class QuickTransport : public Transport {
 public:
  QuickTransport(Log& log, bool reachable) : log_(log), reachable_(reachable) {}
  core::Result<std::unique_ptr<Lanes>> open(std::uint32_t lanes) const override {
    if (!reachable_) return core::fail(core::Code::unavailable, "nobody there");
    return std::make_unique<QuickLanes>(log_, lanes);
  }

 private:
  Log& log_;
  bool reachable_;
};

struct Seen {
  Log log;
  core::RegionSpec region;
  std::shared_ptr<const core::SharedRegion> opened;
  std::string refusal;
  bool reachable = true;
};

class TestServer : public SharedMemoryServer {
 public:
  explicit TestServer(Seen& seen) : seen_(seen) {}
  core::Result<void> add(const core::RegionSpec& region) const override {
    seen_.region = region;
    if (!seen_.refusal.empty()) return core::fail(core::Code::unavailable, seen_.refusal);
    TRY(seen_.opened, core::SharedRegion::open(region));
    seen_.log.emplace_back("added");
    return {};
  }
  core::Result<void> remove(const std::string& region) const override {
    seen_.log.push_back(region == seen_.region.name ? "removed" : "removed another");
    return {};
  }
  std::unique_ptr<Transport> transport(const SlotLayout& /*layout*/, const std::string& region,
                                       std::uint32_t slots) const override {
    seen_.log.push_back(fmt::format("{} slots{}", slots, region == seen_.region.name ? "" : " of another"));
    return std::make_unique<QuickTransport>(seen_.log, seen_.reachable);
  }

 private:
  Seen& seen_;
};

std::unique_ptr<Transport> transport_to(Seen& seen) {
  return std::make_unique<SharedMemoryTransport>(
      std::make_unique<TestServer>(seen), lay_out({}, {{.name = "y", .size_bytes = 8}}), std::vector<core::Tensor>());
}

TEST(SharedMemoryTransport, HasARegionWhileItsLanesAreOpen) {
  Seen seen;
  const auto transport = transport_to(seen);
  {
    const auto lanes = transport->open(3);
    ASSERT_TRUE(lanes) << lanes.error().message();
    EXPECT_EQ((*lanes)->count(), 3U);
    EXPECT_EQ(seen.region.size_bytes, 3U * 64U);
    EXPECT_FALSE(core::SharedRegion::open(seen.region)) << "its name should be gone";
    (*lanes)->send(2);
    std::vector<Ended> ended;
    (*lanes)->wait({}, ended);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended.front().lane, 2U);
  }
  EXPECT_THAT(seen.log, ::testing::ElementsAre("added", "3 slots", "closed", "removed"));
  EXPECT_TRUE(seen.opened->write(0, {}));
}

TEST(SharedMemoryTransport, HasARegionForEachThatIsOpened) {
  Seen seen;
  const auto transport = transport_to(seen);
  const auto one = transport->open(1);
  const std::string first = seen.region.name;
  const auto another = transport->open(1);
  EXPECT_NE(seen.region.name, first);
}

TEST(SharedMemoryTransport, LeavesNothingWhereTheServerRefuses) {
  Seen seen;
  seen.refusal = "switched off";
  const auto opened = transport_to(seen)->open(1);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), "switched off");
  EXPECT_THAT(seen.log, ::testing::IsEmpty());
  EXPECT_FALSE(core::SharedRegion::open(seen.region));
}

TEST(SharedMemoryTransport, UnregistersWhereTheServerCannotBeReachedAfterwards) {
  Seen seen;
  seen.reachable = false;
  const auto opened = transport_to(seen)->open(1);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), "nobody there");
  EXPECT_THAT(seen.log, ::testing::ElementsAre("added", "1 slots", "removed"));
}

}  // namespace
}  // namespace slipway::measure
