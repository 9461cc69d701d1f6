#include "admission/admission.hpp"

#include <gmock/gmock.h>

#include <future>

#include "core/test_folder.hpp"

namespace slipway::admission {
namespace {

using ::testing::HasSubstr;

constexpr const char* rows_of_four = "input=x FP32 -1,4\noutput=y FP32 -1,4\n";

/// Requests to fake models, whose bytes all lie in one buffer.
class Admission : public core::FolderTest {
 protected:
  models::Handle model(const std::string& name, const std::string& text, const config::ModelSpec& over = {}) {
    const auto found = models::find_models(write(name + ".fake", text), over);
    EXPECT_TRUE(found);
    const auto added = registry_.add(*found, true);
    EXPECT_TRUE(added) << added.error().message();
    return registry_.find(name, "").value();
  }
  core::TensorView tensor(std::string_view name, core::Shape shape) const {
    const auto count = static_cast<std::size_t>(core::element_count(shape).value_or(0));
    return {name, core::DataType::fp32, std::move(shape), std::as_bytes(std::span(numbers_).first(count))};
  }
  /// The answer's first shape, or the sentence of the refusal.
  static std::string ask(const models::Handle& version, core::Request request) {
    std::promise<core::Result<core::Response>> promise;
    infer(version, std::move(request),
          [&](core::Result<core::Response> result) { promise.set_value(std::move(result)); });
    const auto answer = promise.get_future().get();
    return answer ? core::to_string(answer->outputs.at(0).shape) : answer.error().message();
  }
  std::string ask(const models::Handle& version, core::Shape shape) const {
    core::Request request;
    request.inputs = {tensor("x", std::move(shape))};
    return ask(version, std::move(request));
  }

  runtime::BackendRegistry backends_{{SLIPWAY_TEST_BACKENDS}};
  metrics::Registry metrics_;
  models::Registry registry_{backends_, metrics_};
  std::vector<float> numbers_ = std::vector<float>(128, 1);
};

TEST_F(Admission, ComparesNamesTypesAndShapesWithTheModel) {
  const auto version = model("m", rows_of_four);
  EXPECT_EQ(ask(version, {2, 4}), "[2,4]");
  EXPECT_EQ(ask(version, {2, 3}), "input \"x\" of model \"m\": shape [2,3] given, [-1,4] expected");
  core::Request other;
  other.inputs = {tensor("z", {1, 4})};
  EXPECT_THAT(ask(version, std::move(other)), HasSubstr("\"z\""));
  core::Request typed;
  typed.inputs = {tensor("x", {1, 4})};
  typed.inputs[0].dtype = core::DataType::int32;
  EXPECT_THAT(ask(version, std::move(typed)), HasSubstr("INT32 given, FP32 expected"));
  core::Request none;
  EXPECT_THAT(ask(version, std::move(none)), HasSubstr("\"x\""));
}

TEST_F(Admission, WantsAtLeastOneRow) {
  EXPECT_THAT(ask(model("m", rows_of_four), {0, 4}), HasSubstr("0 rows given, at least 1 expected"));
}

TEST_F(Admission, WantsOneNumberOfRows) {
  const auto version = model("m", "input=x FP32 -1,4\ninput=z FP32 -1,4\noutput=y FP32 -1,4\n");
  core::Request request;
  request.inputs = {tensor("x", {2, 4}), tensor("z", {3, 4})};
  EXPECT_THAT(ask(version, std::move(request)), HasSubstr("they must be equal"));
}

TEST_F(Admission, KeepsToTheRowsThatAModelIsSaidToTake) {
  config::ModelSpec over;
  over.max_batch_size = 2;
  const auto two = model("two", rows_of_four, over);
  EXPECT_EQ(ask(two, {2, 4}), "[2,4]");
  EXPECT_THAT(ask(two, {3, 4}), HasSubstr("3 rows given, max_batch_size is 2"));
  over.max_batch_size = 1;
  const auto one = model("one", rows_of_four, over);
  EXPECT_EQ(ask(one, {1, 4}), "[1,4]");
  EXPECT_THAT(ask(one, {2, 4}), HasSubstr("2 rows given, max_batch_size is 1"));
  EXPECT_EQ(ask(model("unsaid", rows_of_four), {20, 4}), "[20,4]") << "more than a batch runs alone";
}

TEST_F(Admission, ARequestWithoutInputsToASequenceIsOneRow) {
  config::ModelSpec over;
  over.max_batch_size = 4;
  over.sequence.emplace();
  over.sequence->states.push_back({.input = "state", .output = "next", .initial = {}});
  const auto version = model("m", "input=state FP32 -1,4\noutput=y FP32 -1,4\noutput=next FP32 -1,4\n", over);
  core::Request request;
  request.parameters = {{"sequence_id", std::int64_t{7}}, {"sequence_start", true}};
  EXPECT_EQ(ask(version, std::move(request)), "[1,4]");
}

TEST_F(Admission, TakesTheWholeRangeOfSequenceIds) {
  config::ModelSpec over;
  over.sequence.emplace();
  const auto version = model("m", rows_of_four, over);
  const auto refused = [&](core::Parameter id) {
    core::Request request;
    request.inputs = {tensor("x", {1, 4})};
    request.parameters = {{"sequence_id", std::move(id)}};
    return ask(version, std::move(request));
  };
  EXPECT_THAT(refused(~std::uint64_t{0}), HasSubstr("sequence 18446744073709551615 has not been begun"));
  EXPECT_THAT(refused(std::int64_t{7}), HasSubstr("sequence 7 has not been begun"));
  EXPECT_THAT(refused(std::int64_t{-1}), HasSubstr("a number from 1 up or a text expected"));
}

TEST_F(Admission, RowsOfNothingAreNotBelieved) {
  const auto version = model("m", "input=x FP32 -1,-1\noutput=y FP32 -1,-1\n");
  EXPECT_EQ(ask(version, {3, 0}), "[3,0]");
  EXPECT_THAT(ask(version, {std::numeric_limits<std::int64_t>::max(), 0}), HasSubstr("rows of nothing given"));
  EXPECT_EQ(version->probe().statistics().batches.size(), 1U);
}

}  // namespace
}  // namespace slipway::admission
