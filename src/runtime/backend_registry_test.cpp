#include "runtime/backend_registry.hpp"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/test_folder.hpp"

namespace slipway::runtime {
namespace {

namespace fs = std::filesystem;
using core::Code;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const fs::path backends = SLIPWAY_TEST_BACKENDS;
const fs::path fake = backends / "libslipway_backend_fake.so";

LoadOptions fake_file(const fs::path& path) {
  LoadOptions options;
  options.path = path;
  options.format = "fake";
  return options;
}

/// Sets a variable of the environment and puts the old value back.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name); old != nullptr) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ~Environment() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

TEST(BackendRegistry, LooksWhereItWasToldAndBesideTheProgram) {
  const Environment path("SLIPWAY_BACKEND_PATH", "/a::/b:");
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path();
  EXPECT_THAT(BackendRegistry::default_folders(), ElementsAre("/a", "/b", program / "lib/slipway/backends",
                                                              program.parent_path() / "lib/slipway/backends"));
}

TEST(BackendRegistry, OrdersNamesAsAutoTriesThem) {
  const core::TestFolder folder;
  for (const char* name : {"zeta", "openvino", "fake", "alpha", "onnxruntime"})
    folder.write(std::string("libslipway_backend_") + name + ".so", "");
  folder.write("libslipway_backend_.so", "");
  folder.write("libslipway_backend_old.so.1", "");
  folder.write("libother.so", "");
  const BackendRegistry registry({"/missing", folder.path()});
  EXPECT_THAT(registry.names(), ElementsAre("onnxruntime", "openvino", "alpha", "zeta"));
}

TEST(BackendRegistry, TakesTheFirstOfTwoOfOneName) {
  const core::TestFolder folder;
  folder.write("libslipway_backend_fake.so", "no library");
  EXPECT_TRUE(BackendRegistry({backends, folder.path()}).get("fake"));
  EXPECT_FALSE(BackendRegistry({folder.path(), backends}).get("fake"));
}

TEST(BackendRegistry, OpensABackendOnce) {
  BackendRegistry registry({backends});
  const auto first = registry.get("fake");
  const auto second = registry.get("fake");
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(first->get(), second->get());
  EXPECT_EQ((*first)->info().library, fake);
  EXPECT_EQ((*first)->info().runtime_name, "fake");
  EXPECT_THAT((*first)->info().formats, ElementsAre("fake"));
}

TEST(BackendRegistry, SaysWhichBackendsThereAre) {
  const core::TestFolder folder;
  EXPECT_THAT(BackendRegistry({folder.path()}).get("onxruntime").error().message(),
              AllOf(HasSubstr("\"onxruntime\""), HasSubstr("slipway doctor")));
  folder.write("libslipway_backend_onnxruntime.so", "");
  const auto missing = BackendRegistry({folder.path()}).get("onxruntime");
  EXPECT_EQ(missing.error().code(), Code::not_found);
  EXPECT_THAT(missing.error().message(), HasSubstr("there are: onnxruntime"));
}

TEST(BackendRegistry, NamesALibraryThatIsBroken) {
  const core::TestFolder folder;
  const auto library = folder.write("libslipway_backend_broken.so", "no library");
  BackendRegistry registry({folder.path()});
  for (int i = 0; i < 2; ++i) {
    const auto broken = registry.get("broken");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code(), Code::failed_precondition);
    EXPECT_THAT(broken.error().message(), StartsWith("backend " + library.string() + ": cannot be loaded: "));
  }
}

TEST(BackendRegistry, NamesALibraryThatIsNoBackend) {
  const core::TestFolder folder;
  Dl_info c_library{};
  ASSERT_NE(dladdr(dlsym(RTLD_DEFAULT, "getenv"), &c_library), 0);
  fs::create_symlink(fs::canonical(c_library.dli_fname), folder.path() / "libslipway_backend_c.so");
  const auto other = BackendRegistry({folder.path()}).get("c");
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message(), HasSubstr("slipway_backend_entry"));
}

TEST(BackendRegistry, WantsTheNameOfTheFile) {
  const core::TestFolder folder;
  fs::copy_file(fake, folder.path() / "libslipway_backend_true.so");
  const auto other = BackendRegistry({folder.path()}).get("true");
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message(), HasSubstr("calls itself \"fake\""));
}

TEST(BackendRegistry, LoadsFakeFilesWithFakeAlone) {
  const core::TestFolder folder;
  BackendRegistry registry({backends});
  const auto file = folder.write("m.fake", "input=x FP32 -1\noutput=y FP32 -1\n");
  const auto model = registry.load("first", fake_file(file));
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ((*model)->backend().name(), "fake");
  LoadOptions other = fake_file(file);
  other.format = "onnx";
  const auto refused = registry.load("fake", other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::unimplemented);
}

TEST(BackendRegistry, AFileThatIsDamagedIsNotTriedFurther) {
  const core::TestFolder folder;
  BackendRegistry registry({backends});
  const auto file = folder.write("m.fake", "fail_load=out of luck\n");
  for (const char* backend : {"first", "fake"}) {
    const auto failed = registry.load(backend, fake_file(file));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), Code::invalid_argument);
    EXPECT_EQ(failed.error().message(), file.string() + ": out of luck");
  }
}

TEST(BackendRegistry, GivesTheReasonOfEachThatTried) {
  const core::TestFolder folder;
  folder.write("libslipway_backend_broken.so", "no library");
  BackendRegistry registry({backends, folder.path()});
  const auto file = folder.write("m.fake", "input=x FP32 1\noutput=y FP32 1\n");
  LoadOptions unknown = fake_file(file);
  unknown.format = "unheard_of";
  const auto unopened = registry.load("first", unknown);
  ASSERT_FALSE(unopened);
  EXPECT_THAT(unopened.error().message(), HasSubstr("libslipway_backend_broken.so"));

  const auto none = BackendRegistry({}).load("first", unknown);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message(), AllOf(StartsWith(file.string()), HasSubstr("none is installed")));
}

}  // namespace
}  // namespace slipway::runtime
