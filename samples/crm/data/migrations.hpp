#pragma once

#include <cstddef>

#include "data/connection.hpp"

namespace crm {

/// Brings the tables to the newest shape, one step after the other, all or none; what is in them is kept. Several
/// programs may start at one time. Throws StoreFailure, also when a newer program has been at work on the database.
void migrate(Connection& connection);

std::size_t newest_schema();
/// Only to a certain step, which is how a test makes a database of an older program.
void migrate_to(Connection& connection, std::size_t schema);

}  // namespace crm
