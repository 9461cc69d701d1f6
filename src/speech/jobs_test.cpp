#include "speech/jobs.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "core/test_folder.hpp"

namespace slipway::speech {
namespace {

namespace json = boost::json;
using std::chrono::minutes;

/// Jobs whose recordings are no sound, so that they fail as soon as they are read, with any model.
class JobsTest : public core::FolderTest {
 protected:
  models::Handle model() {
    EXPECT_TRUE(registry_.add(*models::find_models(write("m.fake", "input=x FP32 -1\noutput=y FP32 -1\n"), {}), true));
    return registry_.find("m", "").value();
  }
  static Sound noise() { return {core::Buffer::copy_of(std::string_view("no sound")), "audio/wav", nullptr}; }
  static std::string text_of(const core::Result<std::string>& document, const char* key) {
    return document ? std::string(json::parse(*document).at(key).as_string()) : document.error().message();
  }

  runtime::BackendRegistry backends_{{SLIPWAY_TEST_BACKENDS}};
  metrics::Registry metrics_;
  models::Registry registry_{backends_, metrics_};
  std::unique_ptr<Service> service_ = std::make_unique<Service>(registry_, backends_, metrics_);
  Jobs::WallClock::time_point now_{std::chrono::days(20'000)};
};

TEST_F(JobsTest, AreKeptUntilTheirTimeIsOver) {
  Jobs jobs(*service_, [this] { return now_; });
  const std::string id = text_of(jobs.create(model(), noise(), {}, minutes(10)), "id");
  service_.reset();  // which waits for what is being read
  EXPECT_EQ(text_of(jobs.get(id), "status"), "failed");
  EXPECT_EQ(text_of(jobs.get(id), "created"), "2024-10-04T00:00:00Z");
  const auto details = json::parse(jobs.get(id).value()).at("details");
  EXPECT_FALSE(details.at(0).at("error").as_string().empty());
  now_ += minutes(10);
  EXPECT_EQ(json::parse(jobs.list()).at("recognitions").as_array().size(), 1U);
  now_ += minutes(1);
  EXPECT_EQ(jobs.get(id).error().code(), core::Code::not_found);
  EXPECT_TRUE(json::parse(jobs.list()).at("recognitions").as_array().empty());
}

TEST_F(JobsTest, AreRefusedWhereTooManyRecordingsWait) {
  Jobs jobs(*service_, [this] { return now_; });
  const auto version = model();
  std::vector<Place> taken;
  while (auto place = service_->place(1)) taken.push_back(*std::move(place));
  EXPECT_EQ(jobs.create(version, noise(), {}, minutes(10)).error().code(), core::Code::resource_exhausted);
  EXPECT_TRUE(json::parse(jobs.list()).at("recognitions").as_array().empty());
  taken.pop_back();
  EXPECT_TRUE(jobs.create(version, noise(), {}, minutes(10)));
}

TEST_F(JobsTest, WhatNobodyWaitsForIsNotRead) {
  Sound sound = noise();
  sound.cancelled = std::make_shared<std::atomic<bool>>(true);
  core::Code code{};
  service_->recognise(service_->place(1).value(), model(), std::move(sound),
                      [&code](const core::Result<Transcript>& heard) { code = heard.error().code(); });
  service_.reset();
  EXPECT_THAT(code, testing::AnyOf(core::Code::cancelled, core::Code::unavailable));
}

}  // namespace
}  // namespace slipway::speech
