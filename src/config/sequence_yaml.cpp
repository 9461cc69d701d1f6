#include "config/sequence_yaml.hpp"

#include <array>
#include <chrono>

#include "config/limits.hpp"

namespace slipway::config {

namespace {

constexpr std::array<std::string_view, 3> sequence_keys{"max_idle_ms", "max_sequences", "states"};
constexpr std::array<std::string_view, 2> state_keys{"input", "output"};

}  // namespace

core::Result<void> read_sequence(const YamlMap& model, ModelSpec& spec) {
  if (!model.has("sequence")) return {};
  TRY(const YamlMap map, YamlMap::open(model.file(), model.node("sequence"), "sequence", sequence_keys));
  constexpr std::int64_t most_sequences = 1'000'000;
  SequenceSpec sequence;
  TRY(const auto idle, map.integer("max_idle_ms", 1, most_timeout_ms));
  TRY(const auto most, map.integer("max_sequences", 1, most_sequences));
  if (idle) sequence.max_idle = std::chrono::milliseconds(*idle);
  if (most) sequence.max_sequences = static_cast<std::size_t>(*most);
  if (map.has("states") && !map.node("states").IsSequence())
    return map.wrong("states", "a list of entries with input and output expected");
  for (const auto& entry : map.node("states")) {
    TRY(const YamlMap state, YamlMap::open(map.file(), entry, "sequence.states", state_keys));
    TRY(const auto input, state.string("input"));
    TRY(const auto output, state.string("output"));
    if (!input || !output) return state.wrong("input", "both input and output of a state expected");
    sequence.states.push_back({*input, *output, {}, {}});
  }
  spec.sequence = std::move(sequence);
  return {};
}

}  // namespace slipway::config
