#include "scheduler/batcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using testing::copy_of;
using ::testing::ElementsAre;
using testing::floats;
using ::testing::HasSubstr;
using testing::make_bytes_job;
using testing::make_job;

template <class... Jobs>
JobList list(Jobs... jobs) {
  JobList made;
  (made.push_back(std::move(jobs)), ...);
  return made;
}

std::vector<core::Tensor> only(core::Tensor tensor) {
  std::vector<core::Tensor> made;
  made.push_back(std::move(tensor));
  return made;
}

TEST(Batcher, PassesASingleJobStraightThrough) {
  Batcher batcher;
  const JobList jobs = list(make_job(3, 2, 7));
  const auto inputs = batcher.gather(jobs);
  EXPECT_EQ(inputs.front().bytes.data(), jobs.front().request.inputs.front().bytes.data());

  auto output = copy_of(inputs.front());
  output.shape = {5};  // whatever a model makes of one request is its answer
  const std::byte* made = output.data.data();
  const auto parts = batcher.scatter(jobs, only(std::move(output)));
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->front().front().data.data(), made);
}

TEST(Batcher, GathersAndScattersRows) {
  Batcher batcher;
  const JobList jobs = list(make_job(1, 2, 1), make_job(2, 2, 2), make_job(0, 2, 3), make_job(1, 2, 4));
  const auto inputs = batcher.gather(jobs);
  EXPECT_THAT(inputs.front().shape, ElementsAre(4, 2));
  EXPECT_EQ(inputs.front().name, "x");
  EXPECT_THAT(floats(inputs.front().bytes), ElementsAre(1, 1, 2, 2, 2, 2, 4, 4));

  const auto parts = batcher.scatter(jobs, only(copy_of(inputs.front())));
  ASSERT_TRUE(parts) << parts.error().message();
  ASSERT_EQ(parts->size(), 4U);
  EXPECT_THAT(floats((*parts)[0][0].data.bytes()), ElementsAre(1, 1));
  EXPECT_THAT((*parts)[1][0].shape, ElementsAre(2, 2));
  EXPECT_THAT(floats((*parts)[1][0].data.bytes()), ElementsAre(2, 2, 2, 2));
  EXPECT_THAT((*parts)[2][0].shape, ElementsAre(0, 2));
  EXPECT_TRUE((*parts)[2][0].data.empty());
  EXPECT_THAT(floats((*parts)[3][0].data.bytes()), ElementsAre(4, 4));
  EXPECT_EQ((*parts)[3][0].name, "y");
}

TEST(Batcher, KeepsItsBuffers) {
  Batcher batcher;
  const JobList large = list(make_job(8, 2, 1), make_job(8, 2, 2));
  const std::byte* memory = batcher.gather(large).front().bytes.data();
  const JobList small = list(make_job(1, 2, 3), make_job(1, 2, 4));
  const auto inputs = batcher.gather(small);
  EXPECT_EQ(inputs.front().bytes.data(), memory);
  EXPECT_THAT(floats(inputs.front().bytes), ElementsAre(3, 3, 4, 4));
}

TEST(Batcher, GathersAndScattersBytes) {
  Batcher batcher;
  const JobList jobs = list(make_bytes_job({"a", ""}), make_bytes_job({std::string("long\0er", 7)}));
  const auto inputs = batcher.gather(jobs);
  EXPECT_THAT(inputs.front().shape, ElementsAre(3, 1));
  const auto parts = batcher.scatter(jobs, only(copy_of(inputs.front())));
  ASSERT_TRUE(parts) << parts.error().message();
  EXPECT_THAT(*core::read_bytes_elements((*parts)[0][0].data.bytes(), 2), ElementsAre("a", ""));
  EXPECT_THAT(*core::read_bytes_elements((*parts)[1][0].data.bytes(), 1), ElementsAre(std::string("long\0er", 7)));
}

TEST(Batcher, RefusesAnOutputThatIsNotBatched) {
  Batcher batcher;
  const JobList jobs = list(make_job(1), make_job(2));
  for (const core::Shape& shape : {core::Shape{1, 6}, core::Shape{}, core::Shape{2, 3}}) {
    auto output = copy_of(batcher.gather(jobs).front());
    output.shape = shape;
    const auto parts = batcher.scatter(jobs, only(std::move(output)));
    ASSERT_FALSE(parts);
    EXPECT_EQ(parts.error().code(), core::Code::internal);
    EXPECT_THAT(parts.error().message(), HasSubstr("batch of 3 rows"));
    EXPECT_THAT(parts.error().message(), HasSubstr("\"y\""));
  }
}

TEST(Batcher, RefusesAnOutputWithTooFewBytes) {
  Batcher batcher;
  const JobList jobs = list(make_job(1), make_job(2));
  auto output = copy_of(batcher.gather(jobs).front());
  output.data.resize(20);
  auto parts = batcher.scatter(jobs, only(std::move(output)));
  ASSERT_FALSE(parts);
  EXPECT_THAT(parts.error().message(), HasSubstr("20 bytes"));

  const JobList words = list(make_bytes_job({"a"}), make_bytes_job({"b"}));
  output = copy_of(batcher.gather(words).front());
  output.data.resize(output.data.size() - 1);
  EXPECT_FALSE(batcher.scatter(words, only(std::move(output))));
}

}  // namespace
}  // namespace slipway::scheduler
