#include "protocol/output_form.hpp"

#include <fmt/format.h>

#include <utility>

#include "transform/classes.hpp"

namespace slipway::protocol {

using core::invalid;

namespace {

core::Result<void> put(const core::Tensor& output, const core::SharedSlice& place) {
  const auto where = [&output] { return fmt::format(R"(output "{}")", output.name); };
  if (output.data.size() > place.size_bytes) {
    return invalid(fmt::format(R"({}: it needs {} bytes, its place in shared memory region "{}" has {})", where(),
                               output.data.size(), place.region->spec().name, place.size_bytes));
  }
  if (auto written = place.region->write(place.offset_bytes, output.data.bytes()); !written)
    return std::unexpected(written.error().within(where()));
  return {};
}

}  // namespace

const OutputWish* OutputForm::wish_for(std::string_view output) const {
  for (const OutputWish& wish : wishes) {
    if (wish.name == output) return &wish;
  }
  return nullptr;
}

bool OutputForm::is_binary(std::string_view output) const {
  const OutputWish* wish = wish_for(output);
  return wish != nullptr && wish->binary ? *wish->binary : binary_by_default;
}

const OutputWish* OutputForm::shared(std::string_view output) const {
  const OutputWish* wish = wish_for(output);
  return wish != nullptr && wish->place.region ? wish : nullptr;
}

core::Result<void> read_output_parameter(OutputWish& wish, std::string_view key, const core::Parameter& value) {
  if (key == "binary_data") {
    const auto* flag = std::get_if<bool>(&value);
    if (flag == nullptr) return invalid(R"("binary_data" is neither true nor false)");
    wish.binary = *flag;
  } else if (key == "classification") {
    const auto* count = std::get_if<std::int64_t>(&value);
    if (count == nullptr || *count < 0)
      return invalid(R"("classification": a number of classes from 1 up expected, or 0 for none)");
    wish.classes = *count;
  } else {
    TRY_VOID(read_shared_parameter(wish.shared, key, value));
  }
  return {};
}

core::Result<void> request_output(DecodedInfer& decoded, OutputWish wish, const core::SharedMemory* memory) {
  decoded.request.outputs.push_back(wish.name);
  if (wish.says_nothing()) return {};
  if (wish.shared.is_made()) {
    const auto where = [&wish] { return fmt::format(R"(output "{}")", wish.name); };
    if (wish.classes != 0) return invalid(where() + ": classes are given in the answer, not in shared memory");
    auto place = slice_of(wish.shared, memory);
    if (!place) return std::unexpected(place.error().within(where()));
    wish.place = *std::move(place);
  }
  decoded.form.wishes.push_back(std::move(wish));
  return {};
}

OutputOrigin origin_of(const models::ModelVersion& version) {
  return {version.spec(), version.outputs(), version.max_batch_size() > 0};
}

core::Result<void> form_outputs(core::Response& response, const OutputForm& form, const OutputOrigin& origin) {
  if (form.wishes.empty()) return {};
  for (core::Tensor& output : response.outputs) {
    const OutputWish* wish = form.wish_for(output.name);
    if (wish == nullptr) continue;
    if (wish->place.region) TRY_VOID(put(output, wish->place));
    if (wish->classes == 0) continue;
    TRY(output, transform::classify(output.view(),
                                    {.count = wish->classes,
                                     .batches = origin.batches,
                                     .names = transform::class_names(origin.spec, origin.outputs, output.name)}));
  }
  return {};
}

}  // namespace slipway::protocol
