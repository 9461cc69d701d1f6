#include "models/watch.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "core/test_folder.hpp"

namespace slipway::models {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A repository that is looked at by hand.
class WatchTest : public core::FolderTest {
 protected:
  void watch(const fs::path& place) { watch(std::vector{place}); }
  void watch(const std::vector<fs::path>& places) {
    std::vector<config::AppModel> given;
    for (const fs::path& place : places) given.push_back({place, {}});
    watch_ = std::make_unique<Watch>(
        std::move(given), [this](ModelChange change) { changes_.push_back(std::move(change)); },
        [this](const std::string& sentence) { told_.push_back(sentence); });
  }
  /// What a look after a while passes on: "a: 2 of 1 2".
  std::vector<std::string> look(core::Duration later) {
    now_ += later;
    changes_.clear();
    watch_->look(now_);
    std::vector<std::string> texts;
    for (const ModelChange& change : changes_) {
      std::string text = change.name + ":";
      for (const Source& source : change.changed) text += " " + source.version;
      text += " of";
      for (const std::string& version : change.present) text += " " + version;
      texts.push_back(text);
    }
    return texts;
  }

  std::unique_ptr<Watch> watch_;
  core::TimePoint now_;
  std::vector<ModelChange> changes_;
  std::vector<std::string> told_;
};

TEST_F(WatchTest, PassesOnWhatHasBeenTheSameForAWhile) {
  write("a/1/model.fake", "one");
  watch(folder());
  EXPECT_THAT(look(1h), IsEmpty()) << "it was there";
  write("a/2/model.fake", "tw");
  EXPECT_THAT(look(500ms), IsEmpty());
  write("a/2/model.fake", "two");
  EXPECT_THAT(look(Watch::settle), IsEmpty()) << "it has changed since";
  EXPECT_THAT(look(Watch::settle - 1ms), IsEmpty());
  EXPECT_THAT(look(1ms), ElementsAre("a: 2 of 1 2"));
  EXPECT_THAT(look(1h), IsEmpty()) << "once";
}

TEST_F(WatchTest, ACopyInProgressKeepsNoOtherModelWaiting) {
  write("a/1/model.fake", "");
  watch(folder());
  write("b/1/model.fake", "");
  write("c/1/model.fake", "0");
  look(0s);
  write("c/1/model.fake", "01");
  EXPECT_THAT(look(Watch::settle), ElementsAre("b: 1 of 1"));
  EXPECT_THAT(look(Watch::settle), ElementsAre("c: 1 of 1"));
}

TEST_F(WatchTest, OneSwapTakesTheOldVersionAwayAndBringsTheNew) {
  write("a/1/model.fake", "");
  watch(folder());
  fs::remove_all(folder() / "a" / "1");
  look(0s);
  write("a/2/model.fake", "");
  EXPECT_THAT(look(Watch::settle), IsEmpty()) << "the new one may not be whole, and the old one must not go before";
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 2 of 2"));
}

TEST_F(WatchTest, ReloadsWhatAConfigurationIsSaidOf) {
  write("a/1/model.fake", "");
  write("a/2/model.fake", "");
  write("b.fake", "");
  watch(folder());
  write("a/model.yaml", "threads: 2\n");
  write("b.yaml", "threads: 3\n");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 1 2 of 1 2", "b: 1 of 1"));
  EXPECT_EQ(changes_[0].changed[0].spec.threads, 2U);
  EXPECT_EQ(changes_[1].changed[0].spec.threads, 3U);
}

TEST_F(WatchTest, ABareFileIsWatchedWithWhatLiesBesideIt) {
  const fs::path model = write("a.fake", "");
  watch(model);
  write("other.fake", "");
  look(0s);
  EXPECT_THAT(look(Watch::settle), IsEmpty());
  write("a.fake.data", "weights");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 1 of 1"));
}

TEST_F(WatchTest, WhatABareFileIsPackedToIsNoneOfIt) {
  const fs::path model = write("a.fake", "");
  write("a.fake.data", "weights");
  watch(model);
  for (const char* packed : {"a.tar", "a.tar.gz", "a.tar.zst", "a.deb"}) {
    write(packed);
    look(0s);
    EXPECT_THAT(look(Watch::settle), IsEmpty()) << packed;
  }
  write("a.fake.data", "other weights");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 1 of 1"));
  write("a.tar.zst.data", "of no archive");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 1 of 1"));
}

TEST_F(WatchTest, TellsWhatCannotBeReadAndLeavesWhatIsServed) {
  write("a/1/model.fake", "");
  watch(folder());
  write("a/model.yaml", "thread: 2\n");
  look(0s);
  EXPECT_THAT(look(Watch::settle), IsEmpty());
  EXPECT_THAT(told_, ElementsAre(HasSubstr("model \"a\" version 1 is not served as it lies there now: ")));
  EXPECT_THAT(told_[0], HasSubstr("model.yaml:1: model: unknown key \"thread\""));
  write("b/1/model.fake", "");
  look(1h);
  EXPECT_THAT(look(1h), ElementsAre("b: 1 of 1"));
  EXPECT_EQ(told_.size(), 1U) << "once";
  write("a/model.yaml", "threads: 2\n");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 1 of 1"));
}

TEST_F(WatchTest, AVersionWithoutAModelIsToldAndTheOthersStay) {
  write("a/1/model.fake", "");
  watch(folder());
  fs::create_directory(folder() / "a" / "2");
  look(0s);
  EXPECT_THAT(look(Watch::settle), IsEmpty());
  EXPECT_THAT(told_, ElementsAre(HasSubstr("no model is in it")));
  write("a/3/model.fake", "");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 3 of 1 2 3"));
}

TEST_F(WatchTest, WhatIsGoneIsGone) {
  write("a/1/model.fake", "");
  write("b.fake", "");
  watch(folder());
  fs::remove_all(folder() / "a");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: of"));
  fs::remove(folder() / "b.fake");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("b: of")) << "the last one, too";
  write("b.fake", "");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("b: 1 of 1"));
}

TEST_F(WatchTest, APlaceThatIsAwayTakesNothingWithIt) {
  const fs::path place = folder() / "volume";
  write("volume/a/1/model.fake", "");
  watch(place);
  fs::rename(place, folder() / "elsewhere");
  look(0s);
  EXPECT_THAT(look(1h), IsEmpty());
  fs::rename(folder() / "elsewhere", place);
  look(0s);
  EXPECT_THAT(look(1h), IsEmpty()) << "it is what it was";
}

TEST_F(WatchTest, FollowsTheNameThatAModelIsGiven) {
  write("a/1/model.fake", "");
  watch(folder());
  write("a/model.yaml", "name: other\n");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: of", "other: 1 of 1"));
}

TEST_F(WatchTest, WhatFailedIsTriedAgainAfterAWhile) {
  write("a/1/model.fake", "");
  watch(folder());
  write("a/2/model.fake", "");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 2 of 1 2"));
  watch_->failed("a", "2", now_);
  EXPECT_THAT(look(Watch::first_pause - 1ms), IsEmpty());
  EXPECT_THAT(look(1ms), ElementsAre("a: 2 of 1 2"));
  EXPECT_THAT(look(1h), IsEmpty()) << "nobody says that it failed";
  watch_->failed("a", "2", now_);
  EXPECT_THAT(look(2 * Watch::first_pause - 1ms), IsEmpty());
  EXPECT_THAT(look(1ms), ElementsAre("a: 2 of 1 2"));
  watch_->failed("a", "2", now_);
  write("a/2/model.fake", "mended");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 2 of 1 2")) << "it has changed";
  EXPECT_THAT(look(1h), IsEmpty());
}

TEST_F(WatchTest, VersionsOfOneModelMayLieInSeveralPlaces) {
  write("one/a/1/model.fake", "");
  write("two/a/2/model.fake", "");
  watch({folder() / "one", folder() / "two"});
  write("two/a/3/model.fake", "");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 3 of 2 3 1"));
  fs::remove_all(folder() / "one" / "a");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: of 2 3"));
}

TEST_F(WatchTest, WhoHasAVersionFirstKeepsIt) {
  write("one/a/1/model.fake", "");
  write("two/b/1/model.fake", "");
  watch({folder() / "one", folder() / "two"});
  write("two/a/1/model.fake", "another");
  look(0s);
  EXPECT_THAT(look(Watch::settle), IsEmpty());
  EXPECT_THAT(told_, ElementsAre(HasSubstr((folder() / "one").string() + " has one of that name and number")));
  fs::remove_all(folder() / "one" / "a");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: of"));
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 1 of 1")) << "now it is the other's";
}

TEST_F(WatchTest, NeighboursOfABareFileAreNotLookedInto) {
  const fs::path model = write("a.fake", "");
  write("neighbour/deep/file", "1");
  watch(model);
  write("neighbour/deep/file", "2");
  look(0s);
  write("a.yaml", "threads: 2\n");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 1 of 1"));
  write("a.yaml", "threads: 3\n");
  look(0s);
  EXPECT_THAT(look(Watch::settle), ElementsAre("a: 1 of 1"));
}

TEST_F(WatchTest, LeavesHiddenFilesAlone) {
  write("a/1/model.fake", "");
  watch(folder());
  write("a/1/.model.fake.x7Gq", "half");
  look(0s);
  EXPECT_THAT(look(1h), IsEmpty());
}

}  // namespace
}  // namespace slipway::models
