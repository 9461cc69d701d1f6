#pragma once

namespace slipway::cli {

/// From now on SIGINT and SIGTERM are waited for once `end_signals_wait` was called; until then the first ends the
/// process at once, and so does a second one at any time. Once in a process.
void listen_for_end_signals();
void end_signals_wait();

/// Waits for one, and says which.
int wait_for_end_signal();

}  // namespace slipway::cli
