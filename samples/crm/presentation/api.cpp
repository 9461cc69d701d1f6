#include "presentation/api.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "business/fill.hpp"
#include "business/secrets.hpp"
#include "presentation/json.hpp"
#include "presentation/openapi.hpp"

namespace crm {
namespace {

constexpr std::size_t dictated_max = 20'000;
constexpr std::string_view import_path = "/api/customers/import";

std::string cookie(const Request& request, const std::string& value, std::int64_t seconds) {
  return std::string(session_cookie_name) + "=" + value +
         "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(seconds) +
         (request.over_tls ? "; Secure" : "");
}

boost::json::object session_body(const Session& session) {
  return {
      {"user", session.user.user}, {"name", session.user.name}, {"role", session.user.role}, {"csrf", session.csrf}};
}

Error wrong_token() {
  return {Code::forbidden, "the header X-CSRF-Token must have the csrf of the session", {}, nullptr};
}

/// The day where the person is, which "tomorrow" counts from; this clock's where it is not given.
Result<Instant> day_of(const boost::json::object& body) {
  if (!body.contains("today")) return system_clock()();
  const auto text = read_text(body, "today");
  if (!text) return std::unexpected(text.error());
  const auto day = read_day(*text);
  if (!day) return refuse(Code::invalid, "today: \"" + *text + "\" is no day; write it as 2027-01-31", "today");
  return *day;
}

/// Calls a handler, and answers for what it throws: a database that is away is no fault of the call.
template <typename Handler>
auto guarded(Handler handler, auto failed) noexcept -> decltype(handler()) {
  try {
    return handler();
  } catch (const StoreFailure& failure) {
    spdlog::error("{}", failure.what());
    return failed(answer(Error{Code::unavailable, "the database cannot be used just now; try again", {}, nullptr}));
  } catch (const std::exception& failure) {
    spdlog::error("{}", failure.what());
    return failed(answer(Error{Code::internal, "something went wrong here; it is in the log", {}, nullptr}));
  }
}

}  // namespace

Response Api::handle(const Request& request) noexcept {
  return guarded([&] { return route(request); }, [](Response response) { return response; });
}

bool Api::needs_no_database(const Request& request) { return request.path == "/health"; }

bool Api::takes_file(const Request& head) {
  return head.path == import_path || (head.method == "PUT" && head.path.ends_with("/recording"));
}

std::uint64_t Api::file_max(const Request& head) noexcept {
  return guarded(
      [&] {
        if (!services_.accounts.session(head.session_cookie())) return body_bytes_max;
        return head.path == import_path ? csv_max : recording_max;
      },
      [](const Response&) { return body_bytes_max; });
}

std::optional<Response> Api::refuse_dictation(const Request& request) noexcept {
  return guarded(
      [&]() -> std::optional<Response> {
        const auto session = services_.accounts.session(request.session_cookie());
        if (!session) return answer(session.error());
        if (!same_secret(request.parameter("csrf"), session->csrf)) return answer(wrong_token());
        if (const auto allowed = require_writer(session->user); !allowed) return answer(allowed.error());
        return std::nullopt;
      },
      [](Response response) { return std::optional(std::move(response)); });
}

Response Api::route(const Request& request) {
  const std::string_view path = request.path;
  if (path == "/health") {
    if (!request.reads_only()) return wrong_method("GET");
    return answer({{"status", "ok"}, {"dictation", services_.speech.state().available}});
  }
  if (path == "/api/openapi.json") {
    if (!request.reads_only()) return wrong_method("GET");
    return {.status = 200, .content_type = "application/json", .body = openapi(), .headers = {}};
  }
  if (path == "/api/session" && request.method == "POST") return log_in(request);
  const auto session = services_.accounts.session(request.session_cookie());
  if (!session) return answer(session.error());
  if (!request.reads_only() && !same_secret(request.csrf, session->csrf)) return answer(wrong_token());
  const auto& user = session->user;
  if (path == "/api/session") {
    if (request.reads_only()) return answer(session_body(*session));
    return session_call(request);
  }
  if (path == "/api/users") return user_call(request, user);
  if (path == "/api/customers.csv" || path == import_path) return csv_call(request, user);
  if (path == "/api/dictation" || path == "/api/dictation/fill") return dictation_call(request, user);
  if (constexpr std::string_view undo = "/api/undo/"; path.starts_with(undo)) {
    return undo_call(request, user, std::string(path.substr(undo.size())));
  }
  return record_call(request, user);
}

Response Api::log_in(const Request& request) {
  // Else another site could log a person in as somebody else, and read later what the person wrote there.
  if (request.cross_site) {
    return answer(Error{
        Code::forbidden, "the page itself must log in: by Sec-Fetch-Site or Origin another site does", {}, nullptr});
  }
  const auto body = read_object(request);
  if (!body) return answer(body.error());
  const auto user = read_text(*body, "user");
  if (!user) return answer(user.error());
  const auto password = read_text(*body, "password");
  if (!password) return answer(password.error());
  const auto session = services_.accounts.log_in(*user, *password, request.from);
  if (!session) return answer(session.error());
  auto response = answer(session_body(*session));
  response.headers.emplace_back("Set-Cookie",
                                cookie(request, session->token, std::chrono::seconds(Accounts::session_life).count()));
  return response;
}

Response Api::session_call(const Request& request) {
  if (request.method != "DELETE") return wrong_method("GET, POST, DELETE");
  services_.accounts.log_out(request.session_cookie());
  Response response{.status = 204};
  response.headers.emplace_back("Set-Cookie", cookie(request, "", 0));
  return response;
}

Response Api::user_call(const Request& request, const User& user) {
  if (request.reads_only()) {
    const auto users = services_.accounts.list(user);
    if (!users) return answer(users.error());
    boost::json::array items;
    for (const auto& one : *users) items.push_back(to_json(one));
    return answer({{"items", std::move(items)}});
  }
  if (request.method != "POST") return wrong_method("GET, POST");
  const auto body = read_object(request);
  if (!body) return answer(body.error());
  NewUser made;
  for (const auto& [name, into] : {std::pair{"user", &made.user}, std::pair{"name", &made.name},
                                   std::pair{"role", &made.role}, std::pair{"password", &made.password}}) {
    auto text = read_text(*body, name);
    if (!text) return answer(text.error());
    *into = std::move(*text);
  }
  const auto created = services_.accounts.create(user, made);
  if (!created) return answer(created.error());
  return answer(to_json(*created), 201);
}

Response Api::csv_call(const Request& request, const User& user) {
  if (request.path == "/api/customers.csv") {
    if (!request.reads_only()) return wrong_method("GET");
    auto csv = services_.exchange.export_customers(request.parameter("q"));
    if (!csv) return answer(csv.error());
    return {.status = 200,
            .content_type = "text/csv; charset=utf-8",
            .body = std::move(*csv),
            .headers = {{"Content-Disposition", "attachment; filename=\"customers.csv\""}}};
  }
  if (request.method != "POST") return wrong_method("POST");
  const auto imported = services_.exchange.import_customers(user, request.body);
  if (!imported) return answer(imported.error());
  boost::json::array errors;
  for (const auto& error : imported->errors) errors.push_back({{"line", error.line}, {"message", error.message}});
  return answer({{"created", imported->created}, {"updated", imported->updated}, {"errors", std::move(errors)}});
}

Response Api::dictation_call(const Request& request, const User& user) {
  if (request.path == "/api/dictation") {
    if (!request.reads_only()) return wrong_method("GET");
    const auto state = services_.speech.state();
    if (state.available) return answer({{"available", true}});
    return answer({{"available", false}, {"reason", state.reason}});
  }
  if (request.method != "POST") return wrong_method("POST");
  if (const auto allowed = require_writer(user); !allowed) return answer(allowed.error());
  const auto body = read_object(request);
  if (!body) return answer(body.error());
  const auto text = read_text(*body, "text");
  if (!text) return answer(text.error());
  if (text->size() > dictated_max) return answer(Error{Code::too_large, "text: too long", "text", nullptr});
  const auto language = read_text(*body, "language");
  if (!language) return answer(language.error());
  const auto record = read_text(*body, "record");
  if (!record) return answer(record.error());
  const auto today = day_of(*body);
  if (!today) return answer(today.error());
  const auto filled = fill(*text, *language, *record, *today);
  if (!filled) return answer(filled.error());
  return answer({{"fields", to_json(filled->fields)}, {"rest", filled->rest}});
}

Response Api::undo_call(const Request& request, const User& user, const std::string& token) {
  if (request.method != "POST") return wrong_method("POST");
  const auto restored = services_.records.undo(user, token);
  if (!restored) return answer(restored.error());
  return answer(to_json(restored->record));
}

}  // namespace crm
