#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional.hpp>
#include <boost/system/errc.hpp>
#include <cstdint>
#include <cstring>
#include <new>

#include "core/buffer.hpp"

namespace slipway::front::http {

/// A Beast body that reads into a core::Buffer: of the announced size, or grown when that is over 64 MiB or not
/// announced.
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
      // what is announced may never come, so there is a bound to what is taken for it at once
      constexpr std::uint64_t most_at_once = 64ULL << 20U;
      guarded(error, [&] {
        const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(length.value_or(4096), most_at_once));
        body_.buffer = core::Buffer(bytes, body_.lead);
        body_.buffer.resize(0);
      });
    }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
      const std::size_t count = boost::asio::buffer_size(buffers);
      guarded(error, [&] {
        const std::size_t at = body_.buffer.size();
        body_.buffer.resize(at + count);
        boost::asio::buffer_copy(boost::asio::buffer(body_.buffer.data() + at, count), buffers);
      });
      return error ? 0 : count;
    }

    void finish(boost::system::error_code& error) { error = {}; }

   private:
    /// Beast calls this outside of every coroutine: an exception would end the process.
    template <class Action>
    static void guarded(boost::system::error_code& error, const Action& action) {
      error = {};
      try {
        action();
      } catch (const std::bad_alloc&) {
        error = boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
      }
    }

    value_type& body_;
  };
};

}  // namespace slipway::front::http
