#pragma once

#include <boost/json.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

/// The shapes that operations of the OpenAPI document share. Free functions without state.
namespace slipway::protocol::openapi {

/// `{"$ref": "#/components/schemas/NAME"}`
boost::json::object schema_ref(std::string_view name);

/// `{"application/json": {"schema": …}}`
boost::json::object json_content(boost::json::value schema);

/// The answer 200 with this content, and the refusals with these statuses besides: each an Error of the components.
boost::json::object responses(std::string_view description, boost::json::object content,
                              std::initializer_list<unsigned> refusals);

/// A GET operation that answers JSON. `id` is unique in the document.
boost::json::object get(std::string_view summary, std::string_view tag, std::string id, boost::json::value schema,
                        std::initializer_list<unsigned> refusals);

/// The components that operations refer to: schemas of the documents, and the refusals by status.
boost::json::object components();

}  // namespace slipway::protocol::openapi
