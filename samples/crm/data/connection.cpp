#include "data/connection.hpp"

namespace crm {

std::unique_ptr<Connection> open_connection(const std::string& url) {
  if (constexpr std::string_view scheme = "sqlite:"; url.starts_with(scheme)) {
    return open_sqlite(url.substr(scheme.size()));
  }
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return open_postgresql(url);
  throw std::invalid_argument("the database is sqlite:PATH or postgresql://USER@HOST/NAME, not \"" + url + "\"");
}

}  // namespace crm
