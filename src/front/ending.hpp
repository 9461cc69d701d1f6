#pragma once

#include "core/error.hpp"

namespace slipway::front {

/// What a client is told whose request the server gave up at its end, in place of what says that the client had gone.
inline core::Error not_run_at_the_end() {
  return {core::Code::unavailable, "the server is ending, and has not run the request; send it again"};
}

}  // namespace slipway::front
