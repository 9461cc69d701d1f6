#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/transport.hpp"

namespace slipway::measure {

/// Requests over HTTP/1.1, prepared once.
struct HttpRequest {
  std::string host;
  std::uint16_t port = 80;
  std::string path;
  std::string_view content_type;
  std::optional<std::size_t> json_bytes;  ///< sent as Inference-Header-Content-Length: binary tensors lie behind
  std::vector<std::string> bodies;        ///< lane n sends the n-th, beginning again behind the last; at least one
};

/// Kept connections, one a lane, all waited for in one place (epoll): a request is one write of bytes that were made
/// beforehand, and of its answer only what must be is read, so that the load generator costs the machine little beside
/// the server that it measures. A connection that a server closed while it was idle is opened anew, as browsers do.
class HttpTransport : public Transport {
 public:
  explicit HttpTransport(HttpRequest request);

  core::Result<std::unique_ptr<Lanes>> open(std::uint32_t lanes) const override;

 private:
  std::string host_;
  std::uint16_t port_;
  std::vector<std::string> messages_;
};

}  // namespace slipway::measure
