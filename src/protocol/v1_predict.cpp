#include "protocol/v1_predict.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "protocol/json_fault.hpp"
#include "protocol/json_tensor.hpp"

namespace slipway::protocol {

using core::invalid;
namespace ondemand = simdjson::ondemand;

namespace {

std::unexpected<core::Error> broken(simdjson::error_code error) { return invalid(simdjson::error_message(error)); }

/// Whether `text`, which begins with a JSON value, begins with an object that names tensors, and not with {"b64": …}.
bool names_tensors(std::string_view text) {
  const auto skip_space = [&text] { text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size())); };
  skip_space();
  if (!text.starts_with('{')) return false;
  text.remove_prefix(1);
  skip_space();
  return !text.starts_with("\"b64\"");
}

/// Reads one body.
class Decoder {
 public:
  Decoder(std::string_view body, std::span<const core::TensorInfo> inputs) : body_(body), inputs_(inputs) {}

  core::Result<DecodedPredict> run(ondemand::object root) {
    bool given = false;
    for (auto field : root) {
      std::string_view key;
      ondemand::value value;
      if (const auto error = field.unescaped_key().get(key); error != simdjson::SUCCESS) return broken(error);
      if (const auto error = field.value().get(value); error != simdjson::SUCCESS) return broken(error);
      if (key == "signature_name") {
        std::string_view name;
        if (value.get_string().get(name) != simdjson::SUCCESS || (name != "serving_default" && !name.empty()))
          return invalid(R"("signature_name": models here have one signature, "serving_default")");
      } else if (key == "instances" || key == "inputs") {
        if (std::exchange(given, true)) return invalid(R"("instances" and "inputs" exclude each other)");
        decoded_.by_row = key == "instances";
        TRY_VOID(decoded_.by_row ? read_rows(value) : read_columns(value));
      } else {
        TRY_VOID(check_unread(value));
      }
    }
    if (!given) return invalid(R"({"instances": [a row an element]} or {"inputs": …} expected)");
    return std::move(decoded_);
  }

 private:
  const core::TensorInfo* input_called(std::string_view name) const {
    const auto at = std::ranges::find(inputs_, name, &core::TensorInfo::name);
    return at == inputs_.end() ? nullptr : &*at;
  }
  std::unexpected<core::Error> unknown(std::string_view name) const {
    return invalid(fmt::format("no input \"{}\"; there are: {}", name, core::quoted_names(inputs_)));
  }
  /// What of the body begins at `value`.
  std::string_view text_at(ondemand::value value) const {
    const char* begin = value.raw_json_token().data();
    return {begin, static_cast<std::size_t>(body_.data() + body_.size() - begin)};
  }
  void add(const core::TensorInfo& info, core::Tensor tensor) {
    const core::Buffer& data = decoded_.request.storage.emplace_back(std::move(tensor.data));
    decoded_.request.inputs.push_back({info.name, info.dtype, std::move(tensor.shape), data.bytes()});
  }
  static core::Result<core::Tensor> tensor_from(ondemand::value value, const core::TensorInfo& info) {
    auto tensor = parse_nested_tensor(value, info.name, info.dtype);
    if (!tensor) return std::unexpected(tensor.error().within(fmt::format("input \"{}\"", info.name)));
    return tensor;
  }

  /// A value for the one input there is.
  core::Result<void> read_only_input(ondemand::value value) {
    if (inputs_.size() != 1)
      return invalid(
          fmt::format("the model has several inputs, so each must be named: {}", core::quoted_names(inputs_)));
    TRY(core::Tensor tensor, tensor_from(value, inputs_.front()));
    add(inputs_.front(), std::move(tensor));
    return {};
  }

  core::Result<void> read_columns(ondemand::value value) {
    if (!names_tensors(text_at(value))) return read_only_input(value);
    ondemand::object columns;
    if (const auto error = value.get_object().get(columns); error != simdjson::SUCCESS) return broken(error);
    for (auto field : columns) {
      std::string_view name;
      ondemand::value column;
      if (const auto error = field.unescaped_key().get(name); error != simdjson::SUCCESS) return broken(error);
      if (const auto error = field.value().get(column); error != simdjson::SUCCESS) return broken(error);
      const core::TensorInfo* info = input_called(name);
      if (info == nullptr) {
        TRY_VOID(check_unread(column));
        continue;
      }
      TRY(core::Tensor tensor, tensor_from(column, *info));
      add(*info, std::move(tensor));
    }
    return {};
  }

  core::Result<void> read_rows(ondemand::value value) {
    const std::string_view text = text_at(value);
    if (!text.starts_with('[')) return invalid("\"instances\" is no list");
    if (!names_tensors(text.substr(1))) return read_only_input(value);
    ondemand::array rows;
    if (const auto error = value.get_array().get(rows); error != simdjson::SUCCESS) return broken(error);
    std::vector<Stack> stacks(inputs_.size());
    std::int64_t count = 0;
    for (auto item : rows) {
      ondemand::object row;
      if (item.get_object().get(row) != simdjson::SUCCESS)
        return invalid(fmt::format("instance {}: an object with the inputs' names expected, as the first is", count));
      TRY_VOID(read_row(row, count, stacks));
      ++count;
    }
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (stacks[i].rows == 0) continue;  // admission says what is missing
      core::Shape shape = stacks[i].row_shape;
      shape.insert(shape.begin(), count);
      add(inputs_[i], {inputs_[i].name, inputs_[i].dtype, std::move(shape), core::Buffer::copy_of(stacks[i].bytes)});
    }
    return {};
  }

  /// The rows of one input so far.
  struct Stack {
    core::Shape row_shape;
    std::vector<std::byte> bytes;
    std::int64_t rows = 0;
  };

  core::Result<void> read_row(ondemand::object row, std::int64_t index, std::vector<Stack>& stacks) const {
    for (auto field : row) {
      std::string_view name;
      ondemand::value value;
      if (const auto error = field.unescaped_key().get(name); error != simdjson::SUCCESS) return broken(error);
      if (const auto error = field.value().get(value); error != simdjson::SUCCESS) return broken(error);
      const core::TensorInfo* info = input_called(name);
      if (info == nullptr) return unknown(name);
      Stack& stack = stacks[static_cast<std::size_t>(info - inputs_.data())];
      TRY(const core::Tensor tensor, tensor_from(value, *info));
      if (stack.rows == 0) stack.row_shape = tensor.shape;
      if (stack.row_shape != tensor.shape) {
        return invalid(fmt::format("instance {}: input \"{}\" has shape {}, that of the instances before is {}", index,
                                   name, core::to_string(tensor.shape), core::to_string(stack.row_shape)));
      }
      stack.bytes.insert(stack.bytes.end(), tensor.data.bytes().begin(), tensor.data.bytes().end());
      ++stack.rows;
    }
    for (std::size_t i = 0; i < stacks.size(); ++i) {
      if (stacks[i].rows != index + 1)
        return invalid(fmt::format("instance {}: input \"{}\" is missing or given twice", index, inputs_[i].name));
    }
    return {};
  }

  std::string_view body_;
  std::span<const core::TensorInfo> inputs_;
  DecodedPredict decoded_;
};

core::Result<DecodedPredict> decoded(const core::Buffer& body, std::span<const core::TensorInfo> inputs) {
  BorrowedParser parser;
  ondemand::document document;
  ondemand::object root;
  const simdjson::padded_string_view view(body.text().data(), body.size(), body.size() + core::Buffer::padding);
  if (parser->iterate(view).get(document) != simdjson::SUCCESS || document.get_object().get(root) != simdjson::SUCCESS)
    return invalid(R"(the body is no object: {"instances": […]} or {"inputs": …} expected)");
  auto read = Decoder(body.text(), inputs).run(root);
  if (read && !at_end(document)) return invalid("something follows the JSON object; one object is expected");
  return read;
}

/// TensorFlow Serving writes texts of outputs with such a name as base64.
Written form_of(std::string_view output) { return output.ends_with("_bytes") ? Written::base64 : Written::exact; }

/// Each row of an output as a tensor of its own.
core::Result<std::vector<core::TensorView>> rows_of(const core::Tensor& output, std::size_t count) {
  if (output.shape.empty() || static_cast<std::size_t>(output.shape.front()) != count) {
    return invalid(fmt::format(R"(output "{}" has shape {}, not {} rows; ask with "inputs" in place of "instances")",
                               output.name, core::to_string(output.shape), count));
  }
  core::TensorView row = output.view();
  row.shape.erase(row.shape.begin());
  std::vector<core::TensorView> rows(count, row);
  if (output.dtype != core::DataType::bytes) {
    const std::size_t size = count == 0 ? 0 : output.data.size() / count;
    for (std::size_t i = 0; i < count; ++i) rows[i].bytes = output.data.bytes().subspan(i * size, size);
    return rows;
  }
  TRY(const auto elements, core::read_bytes_elements(output.data.bytes(), *core::element_count(output.shape)));
  const std::size_t each = count == 0 ? 0 : elements.size() / count;
  std::span<const std::byte> rest = output.data.bytes();
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t size = each * sizeof(std::uint32_t);
    for (std::size_t k = 0; k < each; ++k) size += elements[i * each + k].size();
    rows[i].bytes = rest.first(size);
    rest = rest.subspan(size);
  }
  return rows;
}

core::Result<std::string> encode_rows(const core::Response& response) {
  const core::Shape& first = response.outputs.front().shape;
  const std::size_t count = first.empty() ? 0 : static_cast<std::size_t>(first.front());
  std::vector<std::vector<core::TensorView>> columns;
  for (const core::Tensor& output : response.outputs) {
    TRY(auto rows, rows_of(output, count));
    columns.push_back(std::move(rows));
  }
  const bool named = columns.size() > 1;
  std::string out = R"({"predictions":[)";
  for (std::size_t row = 0; row < count; ++row) {
    if (row != 0) out += ',';
    if (named) out += '{';
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i != 0) out += ',';
      if (named) {
        append_string(out, response.outputs[i].name);
        out += ':';
      }
      TRY_VOID(append_nested(out, columns[i][row], form_of(response.outputs[i].name)));
    }
    if (named) out += '}';
  }
  out += "]}";
  return out;
}

}  // namespace

core::Result<DecodedPredict> decode_predict(core::Buffer body, std::span<const core::TensorInfo> inputs) {
  auto read = decoded(body, inputs);
  if (!read) return std::unexpected(with_json_fault(std::move(read).error(), body.text()));
  return read;
}

core::Result<std::string> encode_predict(const core::Response& response, bool by_row) {
  if (response.outputs.empty()) return std::string(by_row ? R"({"predictions":[]})" : R"({"outputs":{}})");
  if (by_row) return encode_rows(response);
  std::string out = R"({"outputs":)";
  const bool named = response.outputs.size() > 1;
  if (named) out += '{';
  for (const core::Tensor& output : response.outputs) {
    if (&output != &response.outputs.front()) out += ',';
    if (named) {
      append_string(out, output.name);
      out += ':';
    }
    TRY_VOID(append_nested(out, output.view(), form_of(output.name)));
  }
  if (named) out += '}';
  out += '}';
  return out;
}

}  // namespace slipway::protocol
