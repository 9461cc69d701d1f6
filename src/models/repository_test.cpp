#include "models/repository.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "core/test_folder.hpp"

namespace slipway::models {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Repository : public core::FolderTest {
 protected:
  Found found_in(const fs::path& path) const {
    auto found = find_models(path, over_);
    EXPECT_TRUE(found) << found.error().message();
    return found ? *std::move(found) : Found{};
  }
  static core::Error error_of(const fs::path& path) {
    auto found = find_models(path, {});
    EXPECT_FALSE(found);
    return found ? core::Error(core::Code::unknown, "found") : found.error();
  }
  /// "NAME VERSION FILE" of each that was found.
  std::vector<std::string> sources(const Found& found) const {
    std::vector<std::string> lines;
    for (const Source& source : found.sources) {
      lines.push_back(
          fmt::format("{} {} {}", source.spec.name, source.version, source.path.lexically_relative(folder()).string()));
    }
    return lines;
  }
  config::ModelSpec over_;
};

TEST_F(Repository, ABareFileIsVersionOneNamedAfterIt) {
  const auto file = write("digits.onnx");
  write("digits.yaml", "instances: 3\nthreads: 1\n");
  over_.threads = 2;
  const Found found = found_in(file);
  EXPECT_THAT(sources(found), ElementsAre("digits 1 digits.onnx"));
  EXPECT_EQ(found.sources.at(0).spec.instances, 3U);
  EXPECT_EQ(found.sources.at(0).spec.threads, 2U);
}

TEST_F(Repository, AModelIsCalledWhatTheUserCallsIt) {
  write("store/abc.onnx");
  fs::create_symlink(folder() / "store" / "abc.onnx", folder() / "digits.onnx");
  EXPECT_THAT(sources(found_in(folder() / "digits.onnx")), ElementsAre("digits 1 digits.onnx"));
  write("letters/1/model.onnx");
  EXPECT_THAT(sources(found_in(folder() / "letters" / "")), ElementsAre("letters 1 letters/1/model.onnx"));
  EXPECT_THAT(sources(found_in(folder() / "letters" / "." / "1" / "..")),
              ElementsAre("letters 1 letters/1/model.onnx"));
}

TEST_F(Repository, VersionsAreNumberedFolders) {
  write("a/1/model.onnx");
  write("a/10/other.onnx");
  write("a/notes/model.onnx");
  write("a/007/model.onnx");
  write("a/0/model.onnx");
  write("a/2");
  const Found found = found_in(folder() / "a");
  EXPECT_THAT(sources(found), ElementsAre("a 1 a/1/model.onnx", "a 10 a/10/other.onnx"));
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("a/0: is not served"), HasSubstr("a/007: is not served")));
}

TEST_F(Repository, AModelMayLieStraightInItsFolder) {
  write("a/model.onnx");
  write("b/net.onnx");
  write("b/model.yaml", "name: bee\n");
  EXPECT_THAT(sources(found_in(folder() / "a")), ElementsAre("a 1 a/model.onnx"));
  EXPECT_THAT(sources(found_in(folder() / "b")), ElementsAre("bee 1 b/net.onnx"));
}

TEST_F(Repository, AFolderThatIsAModelIsGivenWhole) {
  write("saved/saved_model.pb");
  write("served/3/saved_model.pb");
  EXPECT_THAT(sources(found_in(folder())), ElementsAre("saved 1 saved", "served 3 served/3"));
}

TEST_F(Repository, FoldersOfVersionsAndBareFilesStandSideBySide) {
  write("a/1/model.onnx");
  write("b.onnx");
  write("c/net.onnx");
  write("c/model.onnx");
  write("empty/text.txt");
  write(".hidden/1/model.onnx");
  EXPECT_THAT(sources(found_in(folder())), ElementsAre("a 1 a/1/model.onnx", "b 1 b.onnx"));
  EXPECT_THAT(sources(found_in(folder() / "c")), ElementsAre("model 1 c/model.onnx", "net 1 c/net.onnx"));
}

TEST_F(Repository, WhatIsBrokenIsNamedAndTheOthersAreFound) {
  write("a/model.yaml", "unknown: 1\n");
  write("a/1/model.onnx");
  write("b/1/readme.txt");
  write("b/2/model.onnx");
  write("c/1/one.onnx");
  write("c/1/two.onnx");
  write("d.onnx");
  write("d.yaml", "threads: 0\n");
  const Found found = found_in(folder());
  EXPECT_THAT(sources(found), ElementsAre("b 2 b/2/model.onnx"));
  ASSERT_EQ(found.broken.size(), 4U);
  EXPECT_EQ(found.broken[0].name, "a");
  EXPECT_THAT(found.broken[0].error.message(), HasSubstr("a/model.yaml:1: model: unknown key"));
  EXPECT_EQ(found.broken[1].name, "b");
  EXPECT_EQ(found.broken[1].version, "1");
  EXPECT_THAT(found.broken[1].error.message(), HasSubstr("b/1: no model is in it"));
  EXPECT_THAT(found.broken[2].error.message(), HasSubstr("c/1: 2 models are in it"));
  EXPECT_THAT(found.broken[3].error.message(), HasSubstr("d.yaml:1: threads"));
}

TEST_F(Repository, SaysWhatASettingDoesNotDo) {
  write("a/1/model.onnx");
  write("a/3/model.onnx");
  write("a/model.yaml", "version_labels: {stable: 3, canary: 2}\npreferred_batch_sizes: [4]\n");
  write("b/1/model.onnx");
  write("b/model.yaml", "version_labels: {stable: 1}\npreferred_batch_sizes: [4]\nmax_delay_us: 100\n");
  EXPECT_THAT(found_in(folder()).notes,
              ElementsAre(R"(model "a": version_labels: "canary" is version 2, which is not served; versions: 1, 3)",
                          AllOf(HasSubstr("model \"a\": "), HasSubstr("max_delay_us"))));
}

TEST_F(Repository, ANameOfMoreThanOneLineIsBroken) {
  write("a\nRUN evil/1/model.onnx");
  write("b .onnx");
  write("c\n.onnx");
  write("c\n.yaml", "name: sea\n");
  const Found found = found_in(folder());
  EXPECT_THAT(sources(found), ElementsAre("sea 1 c\n.onnx"));
  ASSERT_EQ(found.broken.size(), 2U);
  EXPECT_EQ(found.broken[0].name, "a?RUN evil");
  EXPECT_THAT(found.broken[0].error.message(), HasSubstr("model \"a?RUN evil\", as its file or folder is called"));
  EXPECT_THAT(found.broken[1].error.message(), HasSubstr("a space at its beginning or end"));
}

TEST_F(Repository, OneNameForTwoFilesBreaksThoseTwo) {
  write("a.onnx");
  write("a.tflite");
  write("a/1/model.onnx");
  write("a/2/model.onnx");
  write("b.onnx");
  const Found found = found_in(folder());
  EXPECT_THAT(sources(found), ElementsAre("a 2 a/2/model.onnx", "b 1 b.onnx"));
  ASSERT_EQ(found.broken.size(), 1U);
  EXPECT_EQ(found.broken[0].name, "a");
  EXPECT_EQ(found.broken[0].version, "1");
  EXPECT_EQ(found.broken[0].error.code(), core::Code::already_exists);
  for (const char* file : {"a.onnx and ", "a.tflite are both model \"a\" version 1", "a/1/model.onnx and "})
    EXPECT_THAT(found.broken[0].error.message(), HasSubstr(file));
}

TEST_F(Repository, OfOneNameNothingElseIsRead) {
  write("a/1/model.onnx");
  write("b/1/model.onnx");
  write("b/config.pbtxt", R"(metric_tags { key: "a" value: "b" })");
  write("c/1/model.onnx");
  write("c/config.pbtxt", R"(name: "a")");
  write("d/1/model.onnx");
  write("d/model.yaml", "name: dee");
  write("e.onnx");
  write("e.yaml", "name: eh");
  const auto found = [this](const fs::path& path, const std::string& name) {
    auto only = find_model(path, over_, {name});
    EXPECT_TRUE(only) << only.error().message();
    return only ? *std::move(only) : Found{};
  };
  EXPECT_THAT(sources(found(folder(), "a")), ElementsAre("a 1 a/1/model.onnx"));
  EXPECT_THAT(found(folder(), "a").notes, IsEmpty());
  EXPECT_THAT(found(folder(), "a").broken, IsEmpty());
  EXPECT_THAT(found(folder(), "b").notes, SizeIs(1));
  EXPECT_THAT(found(folder(), "c").broken, SizeIs(1));
  EXPECT_THAT(sources(found(folder(), "dee")), ElementsAre("dee 1 d/1/model.onnx"));
  EXPECT_THAT(sources(found(folder(), "eh")), ElementsAre("eh 1 e.onnx"));
  EXPECT_THAT(sources(found(folder(), "e")), IsEmpty());
  EXPECT_THAT(sources(found(folder() / "a", "a")), ElementsAre("a 1 a/1/model.onnx"));
  // a version's folder is no model
  EXPECT_THAT(sources(found(folder() / "a", "1")), IsEmpty());
  EXPECT_THAT(sources(found(folder() / "e.onnx", "a")), IsEmpty());
  over_.name = "mine";
  EXPECT_THAT(sources(found(folder() / "a", "mine")), ElementsAre("mine 1 a/1/model.onnx"));
}

TEST_F(Repository, TritonsConfigurationIsReadAndModelYamlWinsOverIt) {
  write("a/1/other.onnx");
  write("a/1/model.onnx");
  write("a/2/other.onnx");
  write("a/3/other.onnx");
  write("a/config.pbtxt",
        "max_batch_size: 4\ndefault_model_filename: \"other.onnx\"\nmetric_tags { key: \"a\" value: \"b\" }\n"
        "version_policy { latest { num_versions: 2 } }\ninstance_group { count: 3 }");
  write("a/model.yaml", "instances: 2");
  const Found found = found_in(folder());
  ASSERT_EQ(found.sources.size(), 2U);
  EXPECT_EQ(found.sources[0].version, "2");
  EXPECT_EQ(found.sources[0].path, folder() / "a/2/other.onnx");
  EXPECT_EQ(found.sources[0].spec.max_batch_size, 4);
  EXPECT_EQ(found.sources[0].spec.instances, 2U);
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("a/config.pbtxt:3: metric_tags has no effect")));
}

TEST_F(Repository, AClientsConfigurationStandsInThePlaceOfTheFile) {
  write("a/1/model.onnx");
  write("a/config.pbtxt", "response_cache { enable: true } instance_group { count: 3 } sequence_batching { }");
  write("a/labels.txt", "cat\ndog\n");
  const std::string json = R"({"max_batch_size": 8, "dynamic_batching": {},
                               "output": [{"name": "y", "label_filename": "labels.txt"}]})";
  const auto asked = [&](const fs::path& path) {
    const auto found = find_model(path, over_, {"a", json});
    EXPECT_TRUE(found) << found.error().message();
    return found && found->sources.size() == 1 ? found->sources[0].spec : config::ModelSpec{};
  };
  for (const fs::path& place : {folder(), folder() / "a"}) {
    const config::ModelSpec spec = asked(place);
    EXPECT_EQ(spec.max_batch_size, 8);
    EXPECT_FALSE(spec.response_cache || spec.instances || spec.sequence);
    ASSERT_THAT(spec.output_labels, SizeIs(1)) << "the file lies in the model's folder, wherever that is";
    EXPECT_THAT(spec.output_labels[0].labels, ElementsAre("cat", "dog"));
  }
  write("a/config.pbtxt", "no configuration");
  EXPECT_EQ(asked(folder()).max_batch_size, 8);
  write("a/model.yaml", "max_batch_size: 2\nqueue_limit: 3\nsequence: {}");
  EXPECT_EQ(asked(folder()).max_batch_size, 8) << "it wins over model.yaml";
  EXPECT_EQ(asked(folder()).queue_limit, 3U) << "which says what it does not";
  EXPECT_FALSE(asked(folder()).sequence) << "the two are one choice";
}

TEST_F(Repository, AClientsConfigurationThatIsWrongIsToldOfItsModel) {
  write("a/1/model.onnx");
  write("a/model.yaml", "name: bee");
  const auto broken = find_model(folder(), {}, {"bee", "{"});
  ASSERT_TRUE(broken);
  ASSERT_THAT(broken->broken, SizeIs(1));
  EXPECT_THAT(broken->broken[0].error.message(), HasSubstr("the model's config"));
  const auto none = find_model(folder() / "a", {}, {"bee", R"({"version_policy": {"specific": {"versions": [7]}}})"});
  ASSERT_TRUE(none);
  ASSERT_THAT(none->broken, SizeIs(1));
  EXPECT_THAT(none->broken[0].error.message(), HasSubstr("none of the versions"));
}

TEST_F(Repository, WhatAllVersionsAreCalledIsSaid) {
  write("a/1/model.onnx");
  write("a/2/model.onnx");
  write("b/1/model.onnx");
  write("b/2/net.onnx");
  for (const Source& source : found_in(folder()).sources)
    EXPECT_EQ(source.spec.model_filename, source.spec.name == "a" ? "model.onnx" : "") << source.path;
}

TEST_F(Repository, AWrongConfigurationBreaksItsModelAlone) {
  write("a/1/model.onnx");
  write("a/config.pbtxt", "name: \"b\"");
  write("c/1/model.onnx");
  write("c/config.pbtxt", "default_model_filename: \"net.onnx\"");
  write("d/1/model.onnx");
  write("d/config.pbtxt", "version_policy { specific { versions: 7 } }");
  write("e/1/model.onnx");
  const Found found = found_in(folder());
  ASSERT_EQ(found.sources.size(), 1U);
  ASSERT_EQ(found.broken.size(), 3U);
  EXPECT_THAT(found.broken[0].error.message(), HasSubstr("the name \"b\" given, that of the folder, \"a\""));
  EXPECT_THAT(found.broken[1].error.message(), HasSubstr("net.onnx: no such file or folder; default_model_filename"));
  EXPECT_THAT(found.broken[2].error.message(), HasSubstr("none of the versions"));
}

TEST_F(Repository, WhatIsCalledLikeAModelAndIsNoneIsNoted) {
  const auto make_fifo = [this](const char* name) {
    fs::create_directories((folder() / name).parent_path());
    ASSERT_EQ(mkfifo((folder() / name).c_str(), 0600), 0);
  };
  write("a/1/model.onnx");
  make_fifo("b.onnx");
  make_fifo("c/1/model.onnx");
  fs::create_symlink("gone.onnx", folder() / "d.onnx");
  fs::create_symlink("/gone/e", folder() / "e");
  fs::create_symlink("9", folder() / "a" / "2");
  make_fifo("f/model.onnx");
  make_fifo("g");
  fs::create_symlink("gone.txt", folder() / "readme.txt");
  const Found found = found_in(folder());
  EXPECT_THAT(sources(found), ElementsAre("a 1 a/1/model.onnx"));
  EXPECT_THAT(found.notes,
              ElementsAre(HasSubstr("/b.onnx: is a FIFO, a file or folder expected; it is not served"),
                          HasSubstr("/d.onnx: is a link to gone.onnx, where nothing is; it is not"),
                          HasSubstr("/e: is a link to /gone/e, where nothing is"),
                          HasSubstr("/a/2: is a link to 9, where nothing is"), HasSubstr("/f/model.onnx: is a FIFO")));
  ASSERT_THAT(found.broken, SizeIs(1));
  EXPECT_THAT(found.broken[0].error.message(), HasSubstr("/c/1/model.onnx: is a FIFO, a file or folder expected"));
  EXPECT_THAT(find_model(folder(), {}, {"a"})->notes, ElementsAre(HasSubstr("/a/2: "))) << "of others nothing is said";
}

TEST_F(Repository, WhatIsNeitherFileNorFolderIsSaid) {
  ASSERT_EQ(mkfifo((folder() / "a.onnx").c_str(), 0600), 0);
  fs::create_symlink("gone.onnx", folder() / "b.onnx");
  EXPECT_THAT(error_of(folder() / "a.onnx").message(), HasSubstr("/a.onnx: is a FIFO, a file or folder expected"));
  EXPECT_THAT(error_of(folder() / "b.onnx").message(), HasSubstr("/b.onnx: is a link to gone.onnx, where nothing is"));
  EXPECT_THAT(error_of(folder()).message(), HasSubstr("no models in it; " + (folder() / "a.onnx").string() + ": is a"));
}

TEST_F(Repository, SaysWhatIsNoModel) {
  EXPECT_EQ(error_of(folder() / "none.onnx").code(), core::Code::not_found);
  EXPECT_THAT(error_of(folder()).message(), HasSubstr("no models in it; model files, or folders"));
  EXPECT_THAT(error_of(write("readme.txt")).message(), HasSubstr("no model format that is known"));
  EXPECT_EQ(error_of(folder()).code(), core::Code::invalid_argument);
}

}  // namespace
}  // namespace slipway::models
