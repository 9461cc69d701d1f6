#include "business/records.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "business/secrets.hpp"
#include "business/text.hpp"

namespace crm {
namespace {

constexpr std::size_t search_words_max = 10;

std::unexpected<Error> not_found(const Kind& kind, std::int64_t id) {
  return refuse(Code::not_found, "there is no " + std::string(kind.singular) + " " + std::to_string(id));
}

Result<Value> filter_value(const Field& field, const std::string& text) {
  const std::string name(field.name);
  if (field.type == FieldType::boolean) {
    if (text == "true" || text == "false") return Value(text == "true");
    return refuse(Code::invalid, name + ": true or false expected", name);
  }
  if (!is_text(field.type)) {
    const auto number = whole_number(text);
    if (!number) return refuse(Code::invalid, name + ": a whole number expected, \"" + text + "\" given", name);
    return Value(*number);
  }
  if (has_control_characters(text, false)) return refuse(Code::invalid, name + ": text expected", name);
  return Value(text);
}

Result<std::vector<std::string>> words_of(const std::string& search) {
  std::vector<std::string> words;
  std::istringstream folded(fold(search));
  for (std::string word; folded >> word;) {
    if (words.size() == search_words_max) return refuse(Code::invalid, "q: at most 10 words expected", "q");
    if (has_control_characters(word, false)) return refuse(Code::invalid, "q: text expected", "q");
    words.push_back(std::move(word));
  }
  return words;
}

Result<Query> to_query(const Kind& kind, const ListRequest& request) {
  Query query;
  auto words = words_of(request.search);
  if (!words) return std::unexpected(words.error());
  query.words = std::move(*words);
  for (const auto& [name, text] : request.filters) {
    const auto* field = kind.field(name);
    if (field == nullptr) {
      return refuse(Code::invalid, name + ": " + std::string(kind.name) + " cannot be chosen by it", name);
    }
    auto value = filter_value(*field, text);
    if (!value) return std::unexpected(value.error());
    query.equal.emplace_back(name, std::move(*value));
  }
  query.sort = request.sort.empty() ? std::string(kind.sort) : request.sort;
  query.descending = query.sort.starts_with('-');
  if (query.descending) query.sort.erase(0, 1);
  if (query.sort != "id" && query.sort != "created_at" && query.sort != "updated_at" &&
      kind.field(query.sort) == nullptr) {
    return refuse(Code::invalid, "sort: " + std::string(kind.name) + " cannot be sorted by \"" + query.sort + "\"",
                  "sort");
  }
  if (request.size < 1 || request.size > Records::page_max) {
    return refuse(Code::invalid, "size: 1 to " + std::to_string(Records::page_max) + " expected", "size");
  }
  if (request.page < 1 || request.page > 1'000'000'000) {
    return refuse(Code::invalid, "page: a number from 1 expected", "page");
  }
  query.limit = request.size;
  query.offset = (request.page - 1) * request.size;
  return query;
}

std::vector<Change> changes(const Kind& kind, const Fields& old_fields, const Fields& new_fields) {
  std::vector<Change> found;
  const auto value_of = [](const Fields& fields, std::string_view name) {
    const auto at = fields.find(name);
    return at == fields.end() ? Value() : at->second;
  };
  for (const auto& field : kind.fields) {
    auto before = value_of(old_fields, field.name);
    auto after = value_of(new_fields, field.name);
    const bool both_empty = before == Value() && after == Value(std::string());
    if (before != after && !both_empty) found.push_back({std::string(field.name), std::move(before), std::move(after)});
  }
  return found;
}

/// The customer that the record names must be there.
Result<void> check_customer(Transaction& transaction, const Kind& kind, const Record& record) {
  const auto found = record.fields.find("customer_id");
  if (kind.field("customer_id") == nullptr || found == record.fields.end()) return {};
  const auto* id = std::get_if<std::int64_t>(&found->second);
  if (id == nullptr || transaction.find(customers(), *id)) return {};
  return refuse(Code::invalid, "customer_id: there is no customer " + std::to_string(*id), "customer_id");
}

std::unexpected<Error> conflict(Transaction& transaction, const Kind& kind, const Record& current) {
  auto detail =
      std::make_shared<Conflict>(Conflict{.current = current, .changed_by = {}, .changed_at = current.updated_at});
  if (const auto entries = transaction.history(kind, current.id); !entries.empty()) {
    detail->changed_by = entries.front().user;
    detail->changed_at = entries.front().at;
  }
  return std::unexpected(Error{Code::conflict,
                               detail->changed_by + " changed this " + std::string(kind.singular) + " at " +
                                   detail->changed_at + ", after you opened it",
                               {},
                               detail});
}

}  // namespace

Result<Page> Records::list(const Kind& kind, const ListRequest& request) {
  const auto query = to_query(kind, request);
  if (!query) return std::unexpected(query.error());
  return store_.transact([&](Transaction& transaction) -> Result<Page> {
    auto listed = transaction.list(kind, *query);
    return Page{.items = std::move(listed.items), .page = request.page, .size = request.size, .total = listed.total};
  });
}

Result<std::vector<Record>> Records::list_after(const Kind& kind, std::int64_t id, const std::string& search) {
  const auto words = words_of(search);
  if (!words) return std::unexpected(words.error());
  return store_.transact([&](Transaction& transaction) -> Result<std::vector<Record>> {
    return transaction.list_after(kind, id, *words, page_max);
  });
}

Result<Record> Records::get(const Kind& kind, std::int64_t id) {
  return store_.transact([&](Transaction& transaction) -> Result<Record> {
    auto found = transaction.find(kind, id);
    if (!found) return not_found(kind, id);
    return std::move(*found);
  });
}

Result<Record> Records::create(const User& by, const Kind& kind, const Fields& given) {
  if (auto allowed = require_writer(by); !allowed) return std::unexpected(allowed.error());
  return store_.transact([&](Transaction& transaction) { return create_in(transaction, by, kind, given); });
}

Result<Record> Records::create_in(Transaction& transaction, const User& by, const Kind& kind, const Fields& given) {
  Record record{.version = 1, .created_at = to_text(clock_()), .updated_at = to_text(clock_())};
  if (auto set = set_fields(kind, given, record.fields); !set) return std::unexpected(set.error());
  if (auto there = check_customer(transaction, kind, record); !there) return std::unexpected(there.error());
  record.id = transaction.insert(kind, record);
  transaction.add_history(
      kind, record.id,
      {.at = record.created_at, .user = by.user, .action = "create", .changes = changes(kind, {}, record.fields)});
  return record;
}

Result<Record> Records::change(const User& by, const Kind& kind, std::int64_t id, std::int64_t version,
                               const Fields& given) {
  if (auto allowed = require_writer(by); !allowed) return std::unexpected(allowed.error());
  return store_.transact([&](Transaction& transaction) -> Result<Record> {
    const auto old = transaction.find(kind, id);
    if (!old) return not_found(kind, id);
    if (old->version != version) return conflict(transaction, kind, *old);
    return change_in(transaction, by, kind, *old, given);
  });
}

Result<Record> Records::change_in(Transaction& transaction, const User& by, const Kind& kind, const Record& old,
                                  const Fields& given) {
  auto record = old;
  if (auto set = set_fields(kind, given, record.fields); !set) return std::unexpected(set.error());
  auto changed = changes(kind, old.fields, record.fields);
  if (changed.empty()) return record;
  if (auto there = check_customer(transaction, kind, record); !there) return std::unexpected(there.error());
  record.updated_at = to_text(clock_());
  if (!transaction.update(kind, record)) return not_found(kind, old.id);
  ++record.version;
  transaction.add_history(
      kind, record.id, {.at = record.updated_at, .user = by.user, .action = "change", .changes = std::move(changed)});
  return record;
}

Result<std::string> Records::remove(const User& by, const Kind& kind, std::int64_t id, std::int64_t version) {
  if (auto allowed = require_writer(by); !allowed) return std::unexpected(allowed.error());
  const auto token = random_token();
  return store_.transact([&](Transaction& transaction) -> Result<std::string> {
    const auto old = transaction.find(kind, id);
    if (!old) return not_found(kind, id);
    if (old->version != version) return conflict(transaction, kind, *old);
    const auto now = clock_();
    transaction.purge(to_text(now - undo_life));
    transaction.remove(kind, id, token, to_text(now));
    transaction.add_history(kind, id, {.at = to_text(now), .user = by.user, .action = "delete", .changes = {}});
    return token;
  });
}

Result<Records::Restored> Records::undo(const User& by, const std::string& token) {
  if (auto allowed = require_writer(by); !allowed) return std::unexpected(allowed.error());
  return store_.transact([&](Transaction& transaction) -> Result<Restored> {
    const auto deletion = transaction.deletion(token);
    const auto now = clock_();
    const auto* kind = deletion ? find_kind(deletion->kind) : nullptr;
    if (kind == nullptr || deletion->at < to_text(now - undo_life)) {
      return refuse(Code::not_found, "this deletion cannot be undone any more");
    }
    transaction.restore(token);
    auto record = transaction.find(*kind, deletion->id);
    if (!record) return not_found(*kind, deletion->id);
    if (auto there = check_customer(transaction, *kind, *record); !there) {
      return refuse(Code::conflict, "its customer was deleted too; bring the customer back first");
    }
    transaction.add_history(*kind, record->id,
                            {.at = to_text(now), .user = by.user, .action = "restore", .changes = {}});
    return Restored{kind, std::move(*record)};
  });
}

Result<std::vector<HistoryEntry>> Records::history(const Kind& kind, std::int64_t id) {
  return store_.transact([&](Transaction& transaction) -> Result<std::vector<HistoryEntry>> {
    auto entries = transaction.history(kind, id);
    if (entries.empty()) return not_found(kind, id);
    return entries;
  });
}

Result<void> Records::put_recording(const User& by, std::int64_t note, std::string_view bytes) {
  if (auto allowed = require_writer(by); !allowed) return allowed;
  if (bytes.size() < 12 || !bytes.starts_with("RIFF") || bytes.substr(8, 4) != "WAVE") {
    return refuse(Code::invalid, "the recording is no WAV file: it must begin with RIFF and WAVE");
  }
  return store_.transact([&](Transaction& transaction) -> Result<void> {
    const auto found = transaction.find(notes(), note);
    if (!found) return not_found(notes(), note);
    transaction.put_recording(note, bytes);
    const auto had = found->fields.at("has_recording");
    if (had != Value(true)) {
      transaction.add_history(notes(), note,
                              {.at = to_text(clock_()),
                               .user = by.user,
                               .action = "change",
                               .changes = {{"has_recording", had, Value(true)}}});
    }
    return {};
  });
}

Result<std::string> Records::recording(std::int64_t note) {
  return store_.transact([&](Transaction& transaction) -> Result<std::string> {
    auto bytes = transaction.find(notes(), note) ? transaction.recording(note) : std::nullopt;
    if (!bytes) return refuse(Code::not_found, "there is no recording with the note " + std::to_string(note));
    return std::move(*bytes);
  });
}

}  // namespace crm
