#include "scheduler/reader.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <utility>
#include <vector>

#include "core/turn.hpp"
#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Keeps the rows of each call, and does what it is told with them.
struct HeldRows : Holder {
  void will_hold() override { ++announced; }
  void run_held(JobList& jobs) noexcept override {
    std::vector<std::int64_t> rows;
    for (const Job& job : jobs) rows.push_back(job.rows);
    jobs.clear();
    calls.push_back(std::move(rows));
    if (then) then();
  }
  int announced = 0;
  std::vector<std::vector<std::int64_t>> calls;
  std::function<void()> then;
};

struct ReaderTest : ::testing::Test {
  ReaderTest() {
    core::end_of_turn() = [this](std::function<void()> work) { works.push_back(std::move(work)); };
    end_turn();  // what another test left
  }
  ~ReaderTest() override {
    end_turn();
    core::end_of_turn() = nullptr;
  }
  void end_turn() {
    for (const auto& work : std::exchange(works, {})) work();
  }
  bool hold(HeldRows& model, std::int64_t rows = 1) {
    JobList job;
    job.push_back(testing::make_job(rows));
    const bool held = reader.hold(model, job, most);
    EXPECT_EQ(job.empty(), held);
    return held;
  }
  /// Until the reader looks whether there is company.
  void hold_first(HeldRows& model) {
    for (int i = 0; i < 100; ++i) {
      if (hold(model)) return;
    }
    FAIL() << "it never looks";
  }
  /// How many of the next turns, of one job each, are held.
  int lonely_turns_held() {
    int count = 0;
    for (int i = 0; i < 100; ++i) {
      count += hold(model) ? 1 : 0;
      end_turn();
    }
    return count;
  }

  std::vector<std::function<void()>> works;
  HeldRows model;
  std::int64_t most = 8;
  Reader& reader = this_reader();
};

TEST_F(ReaderTest, HoldsWhatComesInOneTurn) {
  hold_first(model);
  EXPECT_TRUE(hold(model, 2));
  EXPECT_TRUE(hold(model));
  EXPECT_THAT(model.calls, IsEmpty());
  EXPECT_EQ(works.size(), 1);
  end_turn();
  EXPECT_THAT(model.calls, ElementsAre(ElementsAre(1, 2, 1)));
  EXPECT_EQ(model.announced, 1);
}

TEST_F(ReaderTest, ExpectsCompanyWhereThereWasSomeAndSeldomElse) {
  hold_first(model);
  hold(model);
  end_turn();
  const int held = lonely_turns_held();
  EXPECT_GE(held, 8);
  EXPECT_LE(held, 8 + 100 / 16);
  EXPECT_LE(lonely_turns_held(), 100 / 16 + 1);
}

TEST_F(ReaderTest, NeverHoldsOnAThreadWithoutTurns) {
  core::end_of_turn() = nullptr;
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(hold(model));
}

TEST_F(ReaderTest, EndsTheTurnOfAFullBatch) {
  hold_first(model);
  EXPECT_TRUE(hold(model, 6));
  EXPECT_THAT(model.calls, IsEmpty());
  EXPECT_TRUE(hold(model, 1));
  EXPECT_THAT(model.calls, ElementsAre(ElementsAre(1, 6, 1)));
  EXPECT_TRUE(hold(model));
  EXPECT_EQ(works.size(), 1) << "the end of the turn comes all the same";
  end_turn();
  EXPECT_EQ(model.calls.size(), 2);
}

TEST_F(ReaderTest, KeepsModelsApart) {
  HeldRows other;
  hold_first(model);
  EXPECT_TRUE(hold(other, 2));
  EXPECT_TRUE(hold(model, 3));
  end_turn();
  EXPECT_THAT(model.calls, ElementsAre(ElementsAre(1, 3)));
  EXPECT_THAT(other.calls, ElementsAre(ElementsAre(2)));
}

TEST_F(ReaderTest, HoldsWhatIsSubmittedWhileATurnEndsForTheNext) {
  hold_first(model);
  hold(model);
  model.then = [this] {
    model.then = nullptr;
    EXPECT_TRUE(hold(model, 9)) << "which is more than a batch";
    EXPECT_EQ(model.calls.size(), 1);
  };
  end_turn();
  EXPECT_EQ(works.size(), 1);
  end_turn();
  EXPECT_THAT(model.calls, ElementsAre(ElementsAre(1, 1), ElementsAre(9)));
}

}  // namespace
}  // namespace slipway::scheduler
