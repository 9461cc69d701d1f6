#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional.hpp>
#include <cstring>

#include "core/buffer.hpp"

namespace slipway::front::http {

/// A Beast body that reads into a core::Buffer: exactly sized when the length is announced, grown when it comes in
/// chunks.
struct BufferBody {
  struct value_type {
    core::Buffer buffer;
    std::size_t lead = 0;  ///< set between header and body; see core::Buffer
  };

  class reader {  // NOLINT(readability-identifier-naming): the name that Beast looks for
   public:
    template <bool isRequest, class Fields>
    reader(boost::beast::http::header<isRequest, Fields>& /*header*/, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>& length, boost::system::error_code& error) {
      error = {};
      body_.buffer = core::Buffer(length ? static_cast<std::size_t>(*length) : 4096, body_.lead);
      body_.buffer.resize(0);
    }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
      error = {};
      const std::size_t count = boost::asio::buffer_size(buffers);
      const std::size_t at = body_.buffer.size();
      body_.buffer.resize(at + count);
      boost::asio::buffer_copy(boost::asio::buffer(body_.buffer.data() + at, count), buffers);
      return count;
    }

    void finish(boost::system::error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};

}  // namespace slipway::front::http
