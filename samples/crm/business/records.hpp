#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "business/accounts.hpp"
#include "business/clock.hpp"
#include "business/result.hpp"
#include "business/store.hpp"

namespace crm {

/// What a list is asked for, as a person asks.
struct ListRequest {
  std::string search;  ///< words that must all be there; accents and case do not count
  std::vector<std::pair<std::string, std::string>> filters;  ///< field and value
  std::string sort;  ///< a field, with - before it for descending; empty: the kind's own
  std::int64_t page = 1;
  std::int64_t size = 25;  ///< 1 to 200
};

struct Page {
  std::vector<Record> items;
  std::int64_t page = 1;
  std::int64_t size = 25;
  std::int64_t total = 0;
};

/// What may be done with records of any kind: the rules on who may, what is valid, who was first, and what is
/// remembered. Threads: any.
class Records {
 public:
  Records(Store& store, Clock clock) : store_(store), clock_(std::move(clock)) {}

  Result<Page> list(const Kind& kind, const ListRequest& request);
  /// The next records by their ids after that one, at most page_max, that the search finds: to read all of them.
  Result<std::vector<Record>> list_after(const Kind& kind, std::int64_t id, const std::string& search);
  Result<Record> get(const Kind& kind, std::int64_t id);
  Result<Record> create(const User& by, const Kind& kind, const Fields& given);
  /// `version` is the one that the person saw. Where it is not the newest any more: conflict, with what is there now.
  Result<Record> change(const User& by, const Kind& kind, std::int64_t id, std::int64_t version, const Fields& given);
  /// Takes a customer's contacts, deals, notes and tasks along. The token brings all of it back for undo_life.
  Result<std::string> remove(const User& by, const Kind& kind, std::int64_t id, std::int64_t version);
  struct Restored {
    const Kind* kind = nullptr;
    Record record;
  };
  Result<Restored> undo(const User& by, const std::string& token);
  Result<std::vector<HistoryEntry>> history(const Kind& kind, std::int64_t id);

  Result<void> put_recording(const User& by, std::int64_t note, std::string_view bytes);
  Result<std::string> recording(std::int64_t note);

  static constexpr std::chrono::hours undo_life{1};
  static constexpr std::int64_t page_max = 200;

 private:
  friend class Exchange;
  /// The same within a transaction of the caller.
  Result<Record> create_in(Transaction& transaction, const User& by, const Kind& kind, const Fields& given);
  Result<Record> change_in(Transaction& transaction, const User& by, const Kind& kind, const Record& old,
                           const Fields& given);

  Store& store_;
  Clock clock_;
};

}  // namespace crm
