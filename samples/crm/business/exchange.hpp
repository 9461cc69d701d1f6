#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "business/csv.hpp"
#include "business/records.hpp"

namespace crm {

struct ImportError {
  std::size_t line = 0;
  std::string message;
};

struct Imported {
  std::size_t created = 0;
  std::size_t updated = 0;
  std::vector<ImportError> errors;
};

/// Customers from and to CSV. The first line names the columns: id and the fields of a customer. Threads: any.
class Exchange {
 public:
  Exchange(Store& store, Records& records) : store_(store), records_(records) {}

  /// All customers that the search finds, by their ids.
  Result<std::string> export_customers(const std::string& search);

  /// A line with an id changes that customer; one without changes the customer of the same e-mail address, or makes a
  /// new one. A line that is wrong is told and nothing of it is saved; the others are. Cells and columns that are not
  /// there change nothing.
  Result<Imported> import_customers(const User& by, std::string_view csv);

  static constexpr std::size_t lines_max = 100'000;  ///< with the first

 private:
  enum class Outcome { created, updated, unchanged };
  Result<Outcome> import_row(const User& by, Transaction& transaction, const std::vector<std::string>& header,
                             const CsvRow& row);

  Store& store_;
  Records& records_;
};

}  // namespace crm
