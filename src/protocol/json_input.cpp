#include "protocol/json_input.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "protocol/json_fault.hpp"
#include "protocol/json_tensor.hpp"
#include "protocol/limits.hpp"

namespace slipway::protocol {

using core::invalid;
namespace ondemand = simdjson::ondemand;

namespace {

class Reader {
 public:
  explicit Reader(std::size_t index) : index_(index) {}

  core::Result<JsonInput> run(ondemand::object object) {
    for (auto field : object) {
      std::string_view key;
      ondemand::value value;
      if (const auto error = field.unescaped_key().get(key); error != simdjson::SUCCESS)
        return invalid(where(simdjson::error_message(error)));
      if (const auto error = field.value().get(value); error != simdjson::SUCCESS)
        return invalid(where(simdjson::error_message(error)));
      TRY_VOID(read_field(key, value));
    }
    if (!has_name_) return invalid(where("\"name\" is missing"));
    if (!has_type_) return invalid(where("\"datatype\" is missing"));
    if (!has_shape_) return invalid(where("\"shape\" is missing"));
    if (has_data_ && input_.binary_size) return invalid(where(R"(has both "data" and "binary_data_size")"));
    if (input_.shared.is_made()) {
      if (has_data_ || input_.binary_size) return invalid(where("has data beside its place in shared memory"));
      return std::move(input_);
    }
    if (!has_data_ && !input_.binary_size) return invalid(where(R"(has neither "data" nor "binary_data_size")"));
    if (has_data_ && !data_read_) {
      bool reset = false;
      ondemand::value data;
      if (object.reset().get(reset) != simdjson::SUCCESS || object["data"].get(data) != simdjson::SUCCESS)
        return invalid(where("\"data\" cannot be read"));
      TRY_VOID(read_data(data));
    }
    return std::move(input_);
  }

 private:
  std::string where(std::string_view what) const {
    return has_name_ ? fmt::format("input \"{}\": {}", input_.name, what) : fmt::format("input {}: {}", index_, what);
  }

  core::Result<void> read_field(std::string_view key, ondemand::value value) {
    if (key == "name") {
      const std::string_view token = value.raw_json_token();
      has_name_ = value.get_string().get(input_.name) == simdjson::SUCCESS;
      if (!has_name_) return invalid(where("\"name\" is no string"));
      if (token.substr(1).starts_with(input_.name)) input_.name = token.substr(1, input_.name.size());
    } else if (key == "datatype") {
      return read_type(value);
    } else if (key == "shape") {
      return read_shape(value);
    } else if (key == "parameters") {
      return read_parameters(value);
    } else if (key == "data") {
      has_data_ = true;
      if (has_type_ && has_shape_) return read_data(value);
    } else {
      return check_unread(value);
    }
    return {};
  }

  core::Result<void> read_type(ondemand::value value) {
    std::string_view name;
    if (value.get_string().get(name) != simdjson::SUCCESS) return invalid(where("\"datatype\" is no string"));
    const auto dtype = core::dtype_from_name(name);
    if (!dtype) return invalid(where(fmt::format("datatype \"{}\" is not one of the protocol", name)));
    input_.dtype = *dtype;
    has_type_ = true;
    return {};
  }

  core::Result<void> read_shape(ondemand::value value) {
    ondemand::array list;
    if (value.get_array().get(list) != simdjson::SUCCESS) return invalid(where("\"shape\" is no list"));
    input_.shape.clear();
    for (auto item : list) {
      std::int64_t dim = 0;
      if (item.get_int64().get(dim) != simdjson::SUCCESS || dim < 0)
        return invalid(where(fmt::format("element {} of \"shape\" is no integer from 0 to {}", input_.shape.size(),
                                         std::numeric_limits<std::int64_t>::max())));
      if (input_.shape.size() >= most_dimensions)
        return invalid(where(fmt::format("\"shape\" has over {} dimensions", most_dimensions)));
      input_.shape.push_back(dim);
    }
    has_shape_ = true;
    return {};
  }

  core::Result<void> read_parameters(ondemand::value value) {
    ondemand::object parameters;
    if (value.get_object().get(parameters) != simdjson::SUCCESS) return invalid(where("\"parameters\" is no object"));
    for (auto field : parameters) {
      std::string_view key;
      ondemand::value parameter;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(parameter) != simdjson::SUCCESS)
        return invalid(where("\"parameters\" cannot be read"));
      if (key != "binary_data_size") {
        const auto known = parse_parameter(parameter);
        if (!known) {
          TRY_VOID(check_unread(parameter));
          continue;
        }
        if (auto read = read_shared_parameter(input_.shared, key, *known); !read)
          return std::unexpected(read.error().within(where("parameters")));
        continue;
      }
      std::uint64_t size = 0;
      if (parameter.get_uint64().get(size) != simdjson::SUCCESS)
        return invalid(where("\"binary_data_size\" is no integer from 0 up"));
      input_.binary_size = size;
    }
    return {};
  }

  core::Result<void> read_data(ondemand::value value) {
    auto parsed = parse_tensor_data(value, input_.dtype, input_.shape);
    if (!parsed) return std::unexpected(parsed.error().within(where("data")));
    input_.data = *std::move(parsed);
    data_read_ = true;
    return {};
  }

  std::size_t index_;
  JsonInput input_;
  bool has_name_ = false;
  bool has_type_ = false;
  bool has_shape_ = false;
  bool has_data_ = false;
  bool data_read_ = false;
};

}  // namespace

core::Result<JsonInput> read_json_input(ondemand::object input, std::size_t index) { return Reader(index).run(input); }

}  // namespace slipway::protocol
