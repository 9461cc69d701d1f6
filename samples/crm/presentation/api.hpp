#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "business/accounts.hpp"
#include "business/exchange.hpp"
#include "business/records.hpp"
#include "business/speech.hpp"
#include "presentation/message.hpp"

namespace crm {

/// What the handlers stand on. All of it outlives them.
struct Services {
  Accounts& accounts;
  Records& records;
  Exchange& exchange;
  SpeechService& speech;
};

/// Everything below /api, and /health: reads a request, lets the rules do it, writes the answer. Knows nothing of
/// sockets. Threads: any.
class Api {
 public:
  explicit Api(Services services) : services_(services) {}

  Response handle(const Request& request) noexcept;

  /// Whether handle() answers at once, however long the database takes.
  static bool needs_no_database(const Request& request);

  /// Whether the body is a file, which may be longer than body_bytes_max.
  static bool takes_file(const Request& head);
  /// How long that file may be: longer only from somebody who is logged in.
  std::uint64_t file_max(const Request& head) noexcept;

  /// Whether this may open a dictation: logged in, allowed to write, with the token of the session. Nothing: yes.
  std::optional<Response> refuse_dictation(const Request& request) noexcept;

  static constexpr std::uint64_t body_bytes_max = 1U << 20U;
  static constexpr std::uint64_t csv_max = 10U << 20U;
  static constexpr std::uint64_t recording_max = 64U << 20U;  ///< ten minutes at 48 kHz; recording.js has it too

 private:
  Response route(const Request& request);
  Response session_call(const Request& request);
  Response log_in(const Request& request);
  Response user_call(const Request& request, const User& user);
  Response csv_call(const Request& request, const User& user);
  Response dictation_call(const Request& request, const User& user);
  Response undo_call(const Request& request, const User& user, const std::string& token);
  /// /api/KIND, /api/KIND/ID, /api/KIND/ID/history and /api/notes/ID/recording.
  Response record_call(const Request& request, const User& user);
  Response list(const Request& request, const Kind& kind);
  Response one_call(const Request& request, const User& user, const Kind& kind, std::int64_t id);
  Response recording_call(const Request& request, const User& user, std::int64_t id);

  Services services_;
};

}  // namespace crm
