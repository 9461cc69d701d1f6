#include "models/registry.hpp"

#include <gmock/gmock.h>

#include <future>
#include <mutex>

#include "core/test_folder.hpp"
#include "scheduler/test_jobs.hpp"

namespace slipway::models {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* echo = "input=x FP32 -1,4\noutput=y FP32 -1,4\n";

/// A registry over the fake backend.
class RegistryTest : public core::FolderTest {
 protected:
  core::Result<void> add(const fs::path& path, bool all_must_load = true, const config::ModelSpec& over = {}) {
    TRY(const Found found, find_models(path, over));
    return registry_.add(found, all_must_load);
  }
  /// A request with one row of four, whose answer goes to `answer`.
  static scheduler::Job job_for(std::span<const float> row, std::promise<core::Result<core::Response>>& answer) {
    scheduler::Job job;
    job.request.inputs = {{"x", core::DataType::fp32, {1, 4}, std::as_bytes(row)}};
    job.outputs = {0};
    job.done = [&answer](core::Result<core::Response> result) { answer.set_value(std::move(result)); };
    return job;
  }
  core::Error error_of(std::string_view name, std::string_view version) const {
    const auto found = registry_.find(name, version);
    return found ? core::Error(core::Code::unknown, "found") : found.error();
  }

  runtime::BackendRegistry backends_{{SLIPWAY_TEST_BACKENDS}};
  metrics::Registry metrics_;
  Registry registry_{backends_, metrics_};
};

TEST_F(RegistryTest, FindsTheHighestReadyVersionAndEachByNumber) {
  write("a/1/model.fake", echo);
  write("a/10/model.fake", echo);
  write("a/11/model.fake", "fail_load=no luck\n");
  write("b.fake", echo);
  ASSERT_TRUE(add(folder(), false));
  EXPECT_EQ(registry_.find("a", "").value()->version(), "10");
  EXPECT_EQ(registry_.find("a", "1").value()->version(), "1");
  EXPECT_EQ(registry_.find("b", "").value()->name(), "b");
  EXPECT_EQ(registry_.versions("a").value().size(), 2U);
  ASSERT_EQ(registry_.services().size(), 2U);
  EXPECT_EQ(registry_.services()[0]->version(), "10");
  EXPECT_FALSE(registry_.ready());
}

TEST_F(RegistryTest, UnknownNamesAndVersionsSayWhatThereIs) {
  EXPECT_EQ(error_of("x", "").message(), "Request for unknown model: 'x' is not found; models served: none");
  write("a/1/model.fake", echo);
  write("a/2/model.fake", echo);
  write("b.fake", echo);
  ASSERT_TRUE(add(folder()));
  EXPECT_EQ(error_of("x", "").code(), core::Code::not_found);
  EXPECT_EQ(error_of("x", "").message(), "Request for unknown model: 'x' is not found; models served: a, b");
  EXPECT_EQ(error_of("a", "3").code(), core::Code::not_found);
  EXPECT_EQ(error_of("a", "3").message(),
            "Request for unknown model: 'a' version 3 is not found; versions served: 1, 2");
  EXPECT_EQ(error_of("a", "01").code(), core::Code::not_found);
  EXPECT_EQ(registry_.versions("x").error().code(), core::Code::not_found);
}

TEST_F(RegistryTest, AVersionThatFailedIsKnownAndSaysWhy) {
  write("bad.fake", "fail_load=the file is torn\n");
  write("good.fake", echo);
  write("typo.fake", echo);
  write("typo.yaml", "thread: 1\n");
  ASSERT_TRUE(add(folder(), false));
  EXPECT_EQ(error_of("bad", "").code(), core::Code::unavailable);
  EXPECT_THAT(error_of("bad", "").message(), HasSubstr("model \"bad\" version 1 is not ready: "));
  EXPECT_THAT(error_of("bad", "1").message(), HasSubstr("the file is torn"));
  EXPECT_THAT(error_of("typo", "").message(), HasSubstr("typo.yaml:1: model: unknown key \"thread\""));
  EXPECT_TRUE(registry_.versions("bad").value().empty());
  EXPECT_TRUE(registry_.find("good", ""));
  const auto index = registry_.index();
  ASSERT_EQ(index.size(), 3U);
  EXPECT_EQ(index[0].state, State::unavailable);
  EXPECT_THAT(index[0].reason, HasSubstr("the file is torn"));
  EXPECT_EQ(index[1].state, State::ready);
  EXPECT_FALSE(registry_.ready());
}

TEST_F(RegistryTest, WhereAllMustLoadTheFirstErrorIsReturned) {
  const auto torn = add(write("bad.fake", "fail_load=the file is torn\n"));
  ASSERT_FALSE(torn);
  EXPECT_THAT(torn.error().message(), HasSubstr("the file is torn"));
  write("typo.yaml", "thread: 1\n");
  EXPECT_THAT(add(write("typo.fake", echo)).error().message(), HasSubstr("typo.yaml:1"));
}

TEST_F(RegistryTest, ANameIsGivenOnce) {
  write("one/a.fake", echo);
  write("two/a.fake", echo);
  ASSERT_TRUE(add(folder() / "one" / "a.fake"));
  const Handle first = registry_.find("a", "").value();
  const auto again = add(folder() / "two" / "a.fake", false);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), core::Code::already_exists);
  EXPECT_THAT(again.error().message(), HasSubstr("two/a.fake: model \"a\" version 1 is served already"));
  EXPECT_EQ(registry_.find("a", "").value(), first);
}

TEST_F(RegistryTest, BatchesWhereRowsAreApartAndTheConfigurationAllows) {
  const auto size = [this](const std::string& name, const std::string& model, std::optional<std::int64_t> said) {
    config::ModelSpec over;
    over.max_batch_size = said;
    EXPECT_TRUE(add(write(name + ".fake", model), true, over));
    return registry_.find(name, "").value()->max_batch_size();
  };
  EXPECT_EQ(size("apart", echo, {}), 16);
  EXPECT_EQ(size("told", echo, 4), 4);
  EXPECT_EQ(size("never", echo, 0), 0);
  EXPECT_EQ(size("one", echo, 1), 1) << "a row a request, and none are joined";
  EXPECT_EQ(size("fixed one", "input=x FP32 1,4\noutput=y FP32 1,4\n", 1), 0);
  EXPECT_EQ(size("fixed", "input=x FP32 1,4\noutput=y FP32 1,4\n", {}), 0);
  EXPECT_EQ(size("texts", "input=x BYTES -1\noutput=y BYTES -1\n", {}), 16);
  config::ModelSpec over;
  over.max_batch_size = 4;
  const auto refused = add(write("wrong.fake", "input=x FP32 1,4\noutput=y FP32 1,4\n"), true, over);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("model \"wrong\": max_batch_size 4 given, but"));
}

TEST_F(RegistryTest, AnAnswerFromTheCacheHasItsTurnWhereTheOrderIsKept) {
  config::ModelSpec over;
  over.response_cache = true;
  over.batching.emplace().preserve_ordering = true;
  ASSERT_TRUE(add(write("a.fake", std::string(echo) + "delay_us=50000\n"), true, over));
  const Handle version = registry_.find("a", "").value();
  std::mutex mutex;
  std::vector<float> answered;
  const auto ask = [&](float value, std::promise<void>& done) {
    scheduler::Job job = scheduler::testing::make_job(1, 4, value);
    job.done = [&, value](const core::Result<core::Response>& result) {
      EXPECT_TRUE(result);
      const std::lock_guard lock(mutex);
      answered.push_back(value);
      done.set_value();
    };
    version->infer(std::move(job));
  };
  std::promise<void> first;
  ask(1, first);
  first.get_future().get();
  std::promise<void> computed;
  std::promise<void> cached;
  ask(2, computed);
  ask(1, cached);
  computed.get_future().get();
  cached.get_future().get();
  EXPECT_THAT(answered, ::testing::ElementsAre(1, 2, 1));
}

TEST_F(RegistryTest, TransformsThatDoNotFitAreFoundAtOnce) {
  write("a.yaml", "transforms: {output: {labels: {labels: [cat, dog]}}}\n");
  const auto refused = add(write("a.fake", echo));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "model \"a\": transform labels: 2 labels are named, output \"y\" has 4 classes");
}

TEST_F(RegistryTest, InstancesAreAsManyAsSaid) {
  config::ModelSpec over;
  over.instances = 3;
  ASSERT_TRUE(add(write("a.fake", echo), true, over));
  EXPECT_EQ(registry_.find("a", "").value()->instances(), 3U);
  ASSERT_TRUE(add(write("b.fake", echo)));
  EXPECT_GE(registry_.find("b", "").value()->instances(), 1U);
}

TEST_F(RegistryTest, AHandleAnswers) {
  ASSERT_TRUE(add(write("a.fake", echo)));
  const Handle version = registry_.find("a", "").value();
  scheduler::Job job;
  job.request.storage.push_back(core::Buffer::copy_of(std::string_view("0123456789abcdef")));
  job.request.inputs.push_back({"x", core::DataType::fp32, {1, 4}, job.request.storage.back().bytes()});
  job.outputs = {0};
  std::promise<core::Result<core::Response>> promise;
  job.done = [&promise](core::Result<core::Response> result) { promise.set_value(std::move(result)); };
  auto answer = promise.get_future();
  version->infer(std::move(job));
  ASSERT_EQ(answer.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  const auto response = answer.get();
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->model, "a");
  EXPECT_EQ(response->version, "1");
  EXPECT_EQ(response->outputs.at(0).name, "y");
  EXPECT_EQ(response->outputs.at(0).data.text(), "0123456789abcdef");
}

TEST_F(RegistryTest, ReplacesAModelAndLetsTheOldOneFinish) {
  write("a/1/model.fake", echo);
  ASSERT_TRUE(add(folder() / "a"));
  Handle old = *registry_.find("a", "");
  const std::weak_ptr<ModelVersion> watched = old;
  write("a/2/model.fake", echo);
  ASSERT_TRUE(registry_.replace("a", *find_models(folder() / "a", {})));
  EXPECT_EQ(registry_.find("a", "").value()->version(), "2");
  const std::vector<float> row(4, 1);
  std::promise<core::Result<core::Response>> answer;
  old->infer(job_for(row, answer));
  EXPECT_TRUE(answer.get_future().get()) << "who found it before the swap is still served";
  old.reset();
  EXPECT_TRUE(watched.expired());
}

TEST_F(RegistryTest, EndsVersionsThatNobodyCanFindAnyMore) {
  write("a/1/model.fake", echo);
  ASSERT_TRUE(add(folder() / "a"));
  const Handle old = *registry_.find("a", "");
  ASSERT_TRUE(registry_.remove("a"));
  registry_.finish();
  const std::vector<float> row(4, 1);
  std::promise<core::Result<core::Response>> answer;
  old->infer(job_for(row, answer));
  const auto refused = answer.get_future().get();
  ASSERT_FALSE(refused) << "its instances still run";
  EXPECT_EQ(refused.error().code(), core::Code::unavailable);
}

TEST_F(RegistryTest, HasABoundOfThreadsOfOneModel) {
  config::ModelSpec over;
  over.instances = 64;
  over.threads = 64;
  const auto refused = add(write("a.fake", echo), true, over);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(),
              HasSubstr("64 instances of 64 threads are 4096; 1024 threads in all expected"));
}

TEST_F(RegistryTest, TellsWhetherItIsReadyAfterEachChange) {
  std::vector<bool> told;
  registry_.tell_readiness([&](bool ready) { told.push_back(ready); });
  EXPECT_EQ(told, (std::vector{true}));
  write("a/1/model.fake", "fail_load=no luck\n");
  ASSERT_TRUE(add(folder() / "a", false));
  EXPECT_FALSE(told.back());
  write("a/1/model.fake", echo);
  ASSERT_TRUE(registry_.replace("a", *find_models(folder() / "a", {})));
  EXPECT_TRUE(told.back());
  registry_.tell_readiness({});
  const auto before = told.size();
  ASSERT_TRUE(registry_.remove("a"));
  EXPECT_EQ(told.size(), before);
}

TEST_F(RegistryTest, AWarmUpBeyondAnyMemoryIsAnErrorOfItsModel) {
  config::ModelSpec over;
  over.warm_ups = {
      {.name = "huge",
       .batch_size = 1'000'000'000,
       .count = 1,
       .inputs = {{.name = "x", .dtype = core::DataType::fp32, .dims = {4}, .random = false, .file = {}}}}};
  const auto refused = add(write("a.fake", echo), true, over);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("input \"x\": [1000000000,4] is more than the 256 MiB"));
}

TEST_F(RegistryTest, KeepsWhatIsServedWhenAReplacementFails) {
  write("a/1/model.fake", echo);
  ASSERT_TRUE(add(folder() / "a"));
  write("a/2/model.fake", "fail_load=no luck\n");
  const auto replaced = registry_.replace("a", *find_models(folder() / "a", {}));
  ASSERT_FALSE(replaced);
  EXPECT_THAT(replaced.error().message(), HasSubstr("no luck"));
  EXPECT_EQ(registry_.find("a", "").value()->version(), "1");
  EXPECT_TRUE(registry_.ready());
}

TEST_F(RegistryTest, UpdatesVersionsBesideThoseThatDidNotChange) {
  write("a/1/model.fake", echo);
  write("a/2/model.fake", echo);
  ASSERT_TRUE(add(folder() / "a"));
  const Handle second = registry_.find("a", "2").value();
  write("a/3/model.fake", echo);
  std::vector<Source> sources = find_models(folder() / "a", {})->sources;
  ASSERT_EQ(sources.at(2).version, "3");
  EXPECT_THAT(registry_.update({.name = "a", .changed = {sources[2]}, .present = {"2", "3"}}), IsEmpty());
  EXPECT_EQ(registry_.find("a", "").value()->version(), "3");
  EXPECT_EQ(registry_.find("a", "2").value(), second);
  EXPECT_EQ(error_of("a", "1").code(), core::Code::not_found);
  EXPECT_EQ(registry_.index().size(), 2U);
  EXPECT_THAT(registry_.update({.name = "a", .changed = {}, .present = {}}), IsEmpty());
  EXPECT_THAT(error_of("a", "").message(), HasSubstr("models served: none"));
  EXPECT_TRUE(registry_.ready());
}

TEST_F(RegistryTest, AnUpdateThatFailsTakesNothingAway) {
  write("a/1/model.fake", echo);
  ASSERT_TRUE(add(folder() / "a"));
  write("a/2/model.fake", "fail_load=no luck\n");
  write("a/3/model.fake", echo);
  const std::vector<Source> sources = find_models(folder() / "a", {})->sources;
  const auto updated =
      registry_.update({.name = "a", .changed = {sources.at(1), sources.at(2)}, .present = {"2", "3"}});
  ASSERT_EQ(updated.size(), 1U);
  EXPECT_EQ(updated[0].version, "2");
  EXPECT_THAT(updated[0].error.message(), HasSubstr("no luck"));
  EXPECT_EQ(registry_.find("a", "").value()->version(), "3") << "what could be loaded is served";
  EXPECT_TRUE(registry_.find("a", "1"));
  EXPECT_EQ(error_of("a", "2").code(), core::Code::not_found);
  EXPECT_TRUE(registry_.ready());
}

TEST_F(RegistryTest, AnUpdateMendsWhatCouldNotBeLoaded) {
  write("a/1/model.fake", "fail_load=torn\n");
  ASSERT_TRUE(add(folder(), false));
  EXPECT_FALSE(registry_.ready());
  write("a/1/model.fake", "fail_load=torn again\n");
  EXPECT_EQ(
      registry_.update({.name = "a", .changed = find_models(folder() / "a", {})->sources, .present = {"1"}}).size(),
      1U);
  EXPECT_THAT(registry_.index().at(0).reason, HasSubstr("torn again"));
  write("a/1/model.fake", echo);
  EXPECT_THAT(registry_.update({.name = "a", .changed = find_models(folder() / "a", {})->sources, .present = {"1"}}),
              IsEmpty());
  EXPECT_TRUE(registry_.find("a", "1"));
  EXPECT_TRUE(registry_.ready());
}

TEST_F(RegistryTest, MayBeReadyWithAnyVersionOfEachModel) {
  write("a/1/model.fake", echo);
  write("a/2/model.fake", "fail_load=torn\n");
  ASSERT_TRUE(add(folder() / "a", false));
  EXPECT_FALSE(registry_.ready());
  registry_.be_ready_with_any_version();
  EXPECT_TRUE(registry_.ready());
  write("b.fake", "fail_load=torn\n");
  ASSERT_TRUE(add(folder() / "b.fake", false));
  EXPECT_FALSE(registry_.ready()) << "of b there is none";
}

TEST_F(RegistryTest, LoadsNothingWhenItIsAboutToEnd) {
  registry_.stop_being_ready();
  const auto added = add(write("a.fake", echo));
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message(), HasSubstr("the server is ending"));
}

TEST_F(RegistryTest, IsNotReadyWhenItIsAboutToEnd) {
  write("a.fake", echo);
  ASSERT_TRUE(add(folder()));
  std::vector<bool> told;
  registry_.tell_readiness([&told](bool ready) { told.push_back(ready); });
  registry_.stop_being_ready();
  EXPECT_FALSE(registry_.ready());
  EXPECT_EQ(told, (std::vector<bool>{true, false}));
  EXPECT_TRUE(registry_.find("a", "")) << "it goes on serving";
  registry_.tell_readiness({});
}

TEST_F(RegistryTest, AnUnloadedModelIsInTheIndexAndDoesNotCountForReadiness) {
  write("a/1/model.fake", echo);
  ASSERT_TRUE(add(folder() / "a"));
  ASSERT_TRUE(registry_.remove("a"));
  EXPECT_EQ(error_of("a", "").code(), core::Code::unavailable);
  ASSERT_EQ(registry_.index().size(), 1U);
  EXPECT_EQ(name_of(registry_.index()[0].state), "UNAVAILABLE");
  EXPECT_EQ(registry_.index()[0].reason, "unloaded");
  EXPECT_TRUE(registry_.ready());
  EXPECT_EQ(registry_.remove("none").error().code(), core::Code::not_found);
}

}  // namespace
}  // namespace slipway::models
