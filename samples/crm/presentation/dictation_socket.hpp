#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "business/speech.hpp"

namespace crm {

/// The WebSocket of one page that dictates: takes its sound to the speech service and brings back what was understood,
/// until the page goes. One socket may carry dictation after dictation. Runs on the thread of the stream.
boost::asio::awaitable<void> run_dictation(boost::beast::tcp_stream& stream,
                                           const boost::beast::http::request<boost::beast::http::string_body>& upgrade,
                                           std::string language, SpeechService& speech);

}  // namespace crm
