#include "protocol/error_body.hpp"

#include <boost/json.hpp>

namespace slipway::protocol {

namespace json = boost::json;

std::string error_sentence(std::string_view body) {
  boost::system::error_code failure;
  const json::value value = json::parse(json::string_view(body.data(), body.size()), failure);
  const json::object* object = failure ? nullptr : value.if_object();
  const json::value* error = object == nullptr ? nullptr : object->if_contains("error");
  return error != nullptr && error->is_string() ? std::string(error->get_string()) : std::string(body);
}

}  // namespace slipway::protocol
