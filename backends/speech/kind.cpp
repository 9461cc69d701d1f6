#include "kind.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <vector>

namespace slipway::speech_backend {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

namespace {

bool is_graph(const fs::path& file) { return file.extension() == ".onnx" || file.extension() == ".ort"; }

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure)) {
    if (entry->is_regular_file(failure)) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

class Folder {
 public:
  Folder(const fs::path& folder, bool int8) : files_(files_in(folder)), int8_(int8) {}

  /// The graph whose name has `word` and none of `without`.
  std::optional<std::string> graph(std::string_view word, std::initializer_list<std::string_view> without = {}) const {
    std::vector<fs::path> fitting;
    for (const fs::path& file : files_) {
      const std::string name = file.filename().string();
      const auto has = [&name](std::string_view part) { return name.find(part) != std::string::npos; };
      if (is_graph(file) && has(word) && std::ranges::none_of(without, has)) fitting.push_back(file);
    }
    if (fitting.empty()) return std::nullopt;
    const auto wanted = std::ranges::find_if(fitting, [this](const fs::path& file) {
      return (file.filename().string().find("int8") != std::string::npos) == int8_;
    });
    return (wanted == fitting.end() ? fitting.front() : *wanted).string();
  }

  std::optional<std::string> tokens() const {
    const auto found = std::ranges::find_if(
        files_, [](const fs::path& file) { return file.filename().string().ends_with("tokens.txt"); });
    return found == files_.end() ? std::nullopt : std::optional(found->string());
  }

  std::string names() const {
    std::vector<std::string> names;
    names.reserve(files_.size());
    for (const fs::path& file : files_) names.push_back(file.filename().string());
    return names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "));
  }

 private:
  std::vector<fs::path> files_;
  bool int8_;
};

struct Role {
  std::string_view name;
  std::string_view word;  ///< in the name of the file
  std::string_view not_word = "silero";
};

/// The files of each architecture; the first that fits what is in a folder is taken.
struct Architecture {
  std::string_view kind;
  std::vector<Role> roles;
  std::vector<std::string_view> model_types;  ///< beginnings of model_type in the first file's metadata; none: any
};

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> all{
      {"transducer", {{"encoder", "encoder"}, {"decoder", "decoder"}, {"joiner", "joiner"}}, {}},
      {"moonshine", {{"encoder", "encoder"}, {"merged_decoder", "merged"}}, {}},
      {"moonshine",
       {{"preprocessor", "preprocess"},
        {"encoder", "encode"},
        {"uncached_decoder", "uncached"},
        {"cached_decoder", "cached_decode", "uncached"}},
       {}},
      {"canary", {{"encoder", "encoder"}, {"decoder", "decoder"}}, {"canary", "EncDecMultiTask"}},
      {"fire_red_asr", {{"encoder", "encoder"}, {"decoder", "decoder"}}, {"fire"}},
      {"paraformer", {{"encoder", "encoder"}, {"decoder", "decoder"}}, {"paraformer"}},
      {"whisper", {{"encoder", "encoder"}, {"decoder", "decoder"}}, {}},
      {"sense_voice", {{"model", ""}}, {"sense_voice"}},
      {"nemo_ctc", {{"model", ""}}, {"EncDecCTC", "EncDecHybrid", "nemo"}},
      {"zipformer_ctc", {{"model", ""}}, {"zipformer2_ctc", "zipformer_ctc"}},
      {"wenet_ctc", {{"model", ""}}, {"wenet"}},
      {"paraformer", {{"model", ""}}, {"paraformer"}},
      {"tdnn", {{"model", ""}}, {"tdnn"}},
      {"telespeech_ctc", {{"model", ""}}, {"telespeech"}},
      {"dolphin", {{"model", ""}}, {"dolphin"}},
      {"omnilingual", {{"model", ""}}, {"omnilingual"}},
      {"t_one_ctc", {{"model", ""}}, {"t-one", "t_one"}},
  };
  return all;
}

bool has_type(const Architecture& architecture, std::string_view type) {
  if (architecture.model_types.empty()) return true;
  return std::ranges::any_of(architecture.model_types,
                             [&type](std::string_view known) { return type.starts_with(known); });
}

std::optional<std::map<std::string, std::string>> files_for(const Architecture& architecture, const Folder& folder) {
  std::map<std::string, std::string> files;
  for (const Role& role : architecture.roles) {
    auto file = folder.graph(role.word, {role.not_word, "silero", "punct"});
    if (!file) return std::nullopt;
    files.emplace(role.name, *std::move(file));
  }
  return files;
}

/// The end of a file, where ONNX has its metadata.
std::string tail_of(const fs::path& file) {
  constexpr std::size_t tail_bytes = 1U << 20U;
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return "";
  const auto size = static_cast<std::size_t>(in.tellg());
  std::string tail(std::min(size, tail_bytes), '\0');
  in.seekg(-static_cast<std::streamoff>(tail.size()), std::ios::end);
  in.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  return tail;
}

std::string metadata_in(const std::string& tail, std::string_view key) {
  constexpr char key_tag = 0x0a;  // StringStringEntryProto: field 1 is the key, field 2 the value
  constexpr char value_tag = 0x12;
  const std::string wanted =
      std::string{key_tag, static_cast<char>(key.size())} + std::string(key) + std::string{value_tag};
  const auto at = tail.rfind(wanted);
  if (at == std::string::npos || at + wanted.size() >= tail.size()) return "";
  const auto length = static_cast<unsigned char>(tail[at + wanted.size()]);
  return length < 128 ? tail.substr(at + wanted.size() + 1, length) : "";  // longer ones are no names and numbers
}

bool is_streaming(const std::string& tail) {
  constexpr std::array keys{"decode_chunk_len"sv, "cache_last_channel_dim1"sv, "chunk_shift"sv, "left_context"sv};
  return std::ranges::any_of(keys, [&tail](std::string_view key) { return !metadata_in(tail, key).empty(); });
}

std::string known_kinds() {
  std::vector<std::string_view> kinds;
  for (const Architecture& architecture : architectures()) {
    if (std::ranges::find(kinds, architecture.kind) == kinds.end()) kinds.push_back(architecture.kind);
  }
  return fmt::format("{}", fmt::join(kinds, ", "));
}

/// What a folder lacks in which a transducer's, a Whisper's or a Moonshine's files are only in part.
std::optional<std::string> missing_part(const Folder& folder) {
  const bool encoder = folder.graph("encode").has_value();
  const bool decoder = folder.graph("decode", {"uncached_decode"}).has_value();
  if (folder.graph("joiner") && !(encoder && decoder)) return encoder ? "decoder" : "encoder";
  if (folder.graph("uncached_decode") && folder.graph("preprocess") == std::nullopt) return "preprocessor";
  if (encoder && !decoder) return "decoder";
  if (decoder && !encoder) return "encoder";
  return std::nullopt;
}

/// sherpa-onnx takes what it can of a table of tokens, and would answer with nothing, or with other words.
void check_tokens(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::size_t tokens = 0;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty()) continue;
    const auto digits = line.find_last_not_of("0123456789");
    const bool right =
        digits != std::string::npos && digits + 1 < line.size() && (line[digits] == ' ' || line[digits] == '\t');
    if (!right) {
      throw std::invalid_argument(fmt::format("{}, line {}: \"{}\" given, a token and its number expected",
                                              file.filename().string(), number, line.substr(0, 60)));
    }
    ++tokens;
  }
  if (tokens == 0) throw std::invalid_argument(fmt::format("{} has no tokens in it", file.filename().string()));
}

}  // namespace

const std::string& SpeechModel::file(const std::string& role) const {
  static const std::string none;
  const auto found = files.find(role);
  return found == files.end() ? none : found->second;
}

std::string onnx_metadata(const fs::path& file, std::string_view key) { return metadata_in(tail_of(file), key); }

SpeechModel speech_model_in(const fs::path& folder, const KindOptions& options) {
  const Folder found(folder, options.int8);
  const auto tokens = found.tokens();
  if (!tokens) throw std::invalid_argument(fmt::format("tokens.txt is missing; there is {}", found.names()));
  check_tokens(*tokens);
  std::map<std::string, std::string> tails;  // of the same few files for many architectures
  std::string seen;
  for (const Architecture& architecture : architectures()) {
    if (!options.kind.empty() && options.kind != architecture.kind) continue;
    auto files = files_for(architecture, found);
    if (!files) continue;
    const std::string& first = files->at(std::string(architecture.roles.front().name));
    const auto [known, is_new] = tails.try_emplace(first);
    if (is_new) known->second = tail_of(first);
    const std::string& tail = known->second;
    if (const std::string type = metadata_in(tail, "model_type");
        options.kind.empty() && !has_type(architecture, type)) {
      seen = type;
      continue;
    }
    files->emplace("tokens", *tokens);
    const bool streams = architecture.kind == "t_one_ctc" || is_streaming(tail);
    return {std::string(architecture.kind), streams, *std::move(files)};
  }
  if (const auto missing = missing_part(found)) {
    throw std::invalid_argument(
        fmt::format("a {}.onnx or {}.ort is missing; there is {}", *missing, *missing, found.names()));
  }
  throw std::domain_error(fmt::format(
      "is no speech model that is known by its files ({}){}; the backend option \"kind\" can say which it is of {}",
      found.names(), seen.empty() ? "" : fmt::format(" and its model_type \"{}\"", seen), known_kinds()));
}

}  // namespace slipway::speech_backend
