#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "business/accounts.hpp"
#include "business/records.hpp"
#include "business/result.hpp"
#include "presentation/message.hpp"

namespace crm {

boost::json::object to_json(const Fields& fields);
boost::json::object to_json(const Record& record);
boost::json::object to_json(const HistoryEntry& entry);
boost::json::object to_json(const User& user);

/// An object of the body. Errors: invalid, saying where the text is no JSON.
Result<boost::json::object> read_object(const Request& request);
/// The fields of a record out of an object; what the program keeps itself (id, version, times) is left out.
Result<Fields> read_fields(const boost::json::object& object);
/// Text that must be there. Errors: invalid with the name.
Result<std::string> read_text(const boost::json::object& object, std::string_view name);

Response answer(const boost::json::value& body, unsigned status = 200);
Response answer(const Error& error);
Response wrong_method(const std::string& allowed);  ///< 405, with the methods that the address takes

}  // namespace crm
