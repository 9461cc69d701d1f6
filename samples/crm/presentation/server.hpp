#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "business/speech.hpp"
#include "presentation/api.hpp"
#include "presentation/static_files.hpp"

namespace crm {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0: any free one
  std::size_t workers = 4;    ///< threads that wait for the database
  std::size_t connections_max = 500;
  /// How long a connection may be silent: between requests, and while a file comes or an answer goes. A body that is no
  /// file must come as a whole within it.
  std::chrono::seconds idle_max{60};
  std::vector<std::string> trusted_proxies;  ///< addresses and networks whose X-Forwarded-For is believed
};

/// HTTP/1.1 and the WebSocket of dictation. Sockets live on the one thread that runs the context; handlers that ask the
/// database run on worker threads, so that a slow one holds up nobody who does not ask it.
class Server {
 public:
  /// Listens from now on. Throws boost::system::system_error when the address is taken.
  Server(boost::asio::io_context& context, ServerOptions options, Api& api, const StaticFiles& files,
         SpeechService& speech);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  /// Takes no more connections, closes those that wait, and lets requests at work be answered. On the context's thread.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< shared with the connections, the last of which may end after the server
};

}  // namespace crm
