#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>

#include "protocol/json_fault.hpp"
#include "protocol/json_input.hpp"
#include "protocol/json_tensor.hpp"
#include "protocol/limits.hpp"
#include "protocol/v2_infer.hpp"

namespace slipway::protocol {

using core::invalid;
namespace ondemand = simdjson::ondemand;

namespace {

std::unexpected<core::Error> no_request(simdjson::error_code error) {
  return invalid(fmt::format("the body is not the JSON of an inference request: {}", simdjson::error_message(error)));
}

/// Reads one request body.
class Decoder {
 public:
  Decoder(core::Buffer body, std::size_t json_bytes, const core::SharedMemory* memory)
      : json_bytes_(json_bytes), binary_at_(json_bytes), memory_(memory), shared_inputs_(memory) {
    constexpr std::size_t usual_parts = 4;  // what follows the body: a tensor of numbers an input
    decoded_.request.storage.reserve(usual_parts);
    decoded_.request.storage.push_back(std::move(body));
  }

  core::Result<DecodedInfer> run() {
    const std::string_view text = decoded_.request.storage.front().text().substr(0, json_bytes_);
    if (auto read = read_text(text); !read) return std::unexpected(with_json_fault(std::move(read).error(), text));
    const std::size_t size = decoded_.request.storage.front().size();
    if (binary_at_ != size)
      return invalid(fmt::format("{} bytes follow the JSON, the inputs' binary_data_size add up to {}",
                                 size - json_bytes_, binary_at_ - json_bytes_));
    return std::move(decoded_);
  }

 private:
  core::Result<void> read_text(std::string_view text) {
    BorrowedParser parser;
    ondemand::document document;
    const simdjson::padded_string_view view(text.data(), text.size(), text.size() + core::Buffer::padding);
    if (const auto error = parser->iterate(view).get(document); error != simdjson::SUCCESS) return no_request(error);
    ondemand::object root;
    if (document.get_object().get(root) != simdjson::SUCCESS)
      return invalid(R"(the body is no object: {"inputs": […]} expected)");
    TRY_VOID(read_root(root));
    if (!at_end(document)) return invalid("something follows the JSON of the request; one object is expected");
    return {};
  }

  /// One pass over the fields: looking one up would walk over all that lies before it again.
  core::Result<void> read_root(ondemand::object root) {
    bool has_inputs = false;
    for (auto field : root) {
      std::string_view key;
      ondemand::value value;
      if (const auto error = field.unescaped_key().get(key); error != simdjson::SUCCESS) return no_request(error);
      if (const auto error = field.value().get(value); error != simdjson::SUCCESS) return no_request(error);
      if (key == "inputs") {
        has_inputs = true;
        TRY_VOID(read_each(value, "inputs", [this](ondemand::object input) { return read_input(input); }));
      } else if (key == "outputs") {
        TRY_VOID(read_each(value, "outputs", [this](ondemand::object output) { return read_output(output); }));
      } else if (key == "id") {
        std::string_view id;
        if (value.get_string().get(id) != simdjson::SUCCESS) return invalid("\"id\" of the request is no string");
        decoded_.request.id = id;
      } else if (key == "parameters") {
        ondemand::object parameters;
        if (value.get_object().get(parameters) != simdjson::SUCCESS)
          return invalid("\"parameters\" of the request is no object");
        TRY_VOID(read_parameters(parameters));
      } else {
        TRY_VOID(check_unread(value));
      }
    }
    if (has_inputs) return {};
    return invalid(R"(the request has no "inputs": a list of {"name","datatype","shape","data"} is expected)");
  }

  template <class Read>
  core::Result<void> read_each(ondemand::value value, std::string_view key, const Read& read) {
    ondemand::array list;
    if (value.get_array().get(list) != simdjson::SUCCESS)
      return invalid(fmt::format(R"("{}" of the request is no list)", key));
    std::size_t number = 0;
    for (auto item : list) {
      ondemand::object object;
      const auto error = item.get_object().get(object);
      if (error == simdjson::INCORRECT_TYPE)
        return invalid(fmt::format(R"(element {} of "{}" is no object: {{"name": …}} expected)", number, key));
      if (error != simdjson::SUCCESS) return no_request(error);
      TRY_VOID(read(object));
      ++number;
    }
    return {};
  }

  core::Result<void> read_input(ondemand::object object) {
    if (decoded_.request.inputs.size() >= most_tensors) return invalid(too_many("inputs"));
    TRY(JsonInput input, read_json_input(object, decoded_.request.inputs.size()));
    const std::string_view name = kept(input.name);
    for (const core::TensorView& other : decoded_.request.inputs) {
      if (other.name == name) return invalid(fmt::format("input \"{}\": given twice", name));
    }
    core::TensorView tensor{.name = name, .dtype = input.dtype, .shape = std::move(input.shape), .bytes = {}};
    if (input.shared.is_made()) {
      TRY_VOID(take_shared(tensor, input.shared));
    } else if (input.binary_size) {
      TRY_VOID(take_binary(tensor, *input.binary_size));
    } else {
      tensor.bytes = std::as_const(decoded_.request.storage.emplace_back(std::move(input.data))).bytes();
    }
    decoded_.request.inputs.push_back(std::move(tensor));
    return {};
  }

  /// A name that lives as long as the request: what does not stand in the body is the parser's, which overwrites it.
  std::string_view kept(std::string_view name) {
    const std::string_view body = decoded_.request.storage.front().text();
    if (name.data() >= body.data() && name.data() < body.data() + body.size()) return name;
    return decoded_.request.storage.emplace_back(core::Buffer::copy_of(name)).text();
  }

  core::Result<void> take_binary(core::TensorView& tensor, std::uint64_t size) {
    const core::Buffer& body = decoded_.request.storage.front();
    if (size > body.size() - binary_at_) {
      return invalid(fmt::format("input \"{}\": binary_data_size {} given, {} bytes are left behind the JSON",
                                 tensor.name, size, body.size() - binary_at_));
    }
    tensor.bytes = body.bytes().subspan(binary_at_, size);
    binary_at_ += size;
    if (auto checked = core::check_size(tensor); !checked)
      return std::unexpected(checked.error().within(fmt::format("input \"{}\"", tensor.name)));
    const std::size_t element = std::max<std::size_t>(core::element_size(tensor.dtype), 1);
    if (reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % element != 0) {
      decoded_.request.storage.push_back(core::Buffer::copy_of(tensor.bytes));
      tensor.bytes = decoded_.request.storage.back().bytes();
    }
    return {};
  }

  core::Result<void> take_shared(core::TensorView& tensor, const SharedClaim& claim) {
    const auto where = [&tensor] { return fmt::format("input \"{}\"", tensor.name); };
    auto data = shared_inputs_.read(claim, tensor.dtype, tensor.shape);
    if (!data) return std::unexpected(data.error().within(where()));
    tensor.bytes = std::as_const(decoded_.request.storage.emplace_back(*std::move(data))).bytes();
    if (auto checked = core::check_size(tensor); !checked) return std::unexpected(checked.error().within(where()));
    return {};
  }

  core::Result<void> read_parameters(ondemand::object parameters) {
    for (auto field : parameters) {
      std::string_view key;
      ondemand::value value;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(value) != simdjson::SUCCESS)
        return no_request(simdjson::TAPE_ERROR);
      if (decoded_.request.parameters.size() >= most_parameters)
        return invalid(too_many("parameters", most_parameters));
      std::string name(key);
      auto parameter = parse_parameter(value);
      if (!parameter) return invalid(fmt::format("parameter \"{}\": {}", name, parameter.error().message()));
      if (name == "binary_data_output") {
        const auto* flag = std::get_if<bool>(&*parameter);
        if (flag == nullptr) return invalid(R"(parameter "binary_data_output": true or false expected)");
        decoded_.form.binary_by_default = *flag;
      }
      decoded_.request.parameters.emplace_back(std::move(name), *std::move(parameter));
    }
    return {};
  }

  core::Result<void> read_output(ondemand::object output) {
    if (decoded_.request.outputs.size() >= most_tensors) return invalid(too_many("outputs"));
    OutputWish wish;
    bool is_named = false;
    core::Result<void> parameters_read;  // told of when the name, which may come later, is known
    for (auto field : output) {
      std::string_view key;
      ondemand::value value;
      if (const auto error = field.unescaped_key().get(key); error != simdjson::SUCCESS) return no_request(error);
      if (const auto error = field.value().get(value); error != simdjson::SUCCESS) return no_request(error);
      if (key == "name") {
        std::string_view name;
        is_named = value.get_string().get(name) == simdjson::SUCCESS;
        if (!is_named) break;
        wish.name = name;
      } else if (key == "parameters") {
        parameters_read = read_output_parameters(wish, value);
        if (!parameters_read) break;
      } else {
        TRY_VOID(check_unread(value));
      }
    }
    const std::string where = is_named ? fmt::format("output \"{}\"", wish.name) : "a requested output";
    if (!parameters_read) return std::unexpected(parameters_read.error().within(where));
    if (!is_named) return invalid("a requested output: \"name\" is missing or no string");
    return request_output(decoded_, std::move(wish), memory_);
  }

  static core::Result<void> read_output_parameters(OutputWish& wish, ondemand::value given) {
    ondemand::object parameters;
    if (given.get_object().get(parameters) != simdjson::SUCCESS) return invalid("\"parameters\" is no object");
    for (auto field : parameters) {
      std::string_view key;
      ondemand::value value;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(value) != simdjson::SUCCESS)
        return invalid("\"parameters\" cannot be read");
      const auto parameter = parse_parameter(value);
      if (!parameter) TRY_VOID(check_unread(value));
      // what is not known may be anything: null and objects are read as nothing
      TRY_VOID(read_output_parameter(wish, key, parameter.value_or(core::Parameter(std::string()))));
    }
    return {};
  }

  DecodedInfer decoded_;
  std::size_t json_bytes_;
  std::size_t binary_at_;  ///< where the next binary tensor begins
  const core::SharedMemory* memory_;
  SharedInputs shared_inputs_;
};

/// A body that is the one element of a BYTES input, without its length.
core::Result<DecodedInfer> decode_raw_text(core::Buffer body, const core::TensorInfo& info) {
  core::Shape shape = info.shape;
  std::ranges::replace(shape, -1, 1);
  if (core::element_count(shape) != 1)
    return invalid(fmt::format("input \"{}\": raw bytes are one element of BYTES, its shape is {}", info.name,
                               core::to_string(info.shape)));
  std::vector<std::byte> element;
  core::append_bytes_element(element, body.text());
  DecodedInfer decoded;
  decoded.form.binary_by_default = true;
  const core::Buffer& kept = decoded.request.storage.emplace_back(core::Buffer::copy_of(element));
  decoded.request.inputs.push_back({info.name, info.dtype, std::move(shape), kept.bytes()});
  return decoded;
}

/// A body that is the one input's bytes. Its dynamic dimensions are 1 but for the last, which takes what there is.
core::Result<DecodedInfer> decode_raw(core::Buffer body, std::span<const core::TensorInfo> inputs) {
  if (inputs.size() != 1)
    return invalid(fmt::format("a body of raw bytes is for models with one input, this has {}", inputs.size()));
  const core::TensorInfo& info = inputs.front();
  const std::size_t element = core::element_size(info.dtype);
  if (element == 0) return decode_raw_text(std::move(body), info);
  core::Shape shape = info.shape;
  std::int64_t fixed = 1;
  std::size_t last_dynamic = shape.size();
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1) {
      last_dynamic = i;
      shape[i] = 1;
    } else {
      fixed *= shape[i];
    }
  }
  if (last_dynamic < shape.size() && fixed > 0)
    shape[last_dynamic] = static_cast<std::int64_t>(body.size() / element) / fixed;
  DecodedInfer decoded;
  decoded.form.binary_by_default = true;
  decoded.request.storage.push_back(std::move(body));
  decoded.request.inputs.push_back({info.name, info.dtype, shape, decoded.request.storage.front().bytes()});
  if (auto checked = core::check_size(decoded.request.inputs.front()); !checked)
    return std::unexpected(checked.error().within(fmt::format("input \"{}\"", info.name)));
  return decoded;
}

}  // namespace

core::Result<DecodedInfer> decode_infer(core::Buffer body, std::optional<std::size_t> json_bytes,
                                        std::span<const core::TensorInfo> inputs, const core::SharedMemory* memory) {
  if (json_bytes && *json_bytes == 0) return decode_raw(std::move(body), inputs);
  const std::size_t length = json_bytes.value_or(body.size());
  if (length > body.size())
    return invalid(fmt::format("Inference-Header-Content-Length {} given, the body has {} bytes", length, body.size()));
  if (body.empty()) return invalid("the body is empty; the JSON of an inference request is expected");
  return Decoder(std::move(body), length, memory).run();
}

}  // namespace slipway::protocol
