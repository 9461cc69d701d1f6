#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/turn.hpp"

namespace slipway::front {

/// The order in which a network thread goes through what its look at the sockets made ready. An io_context does it in
/// the order in which it came, so that a request waits behind each of a flood on another model: once to be taken in,
/// and once more to have its answer written. Where a thread serves several subjects (core::worked_for) what is ready is
/// done in turn for each of them, and the sockets are looked at again after every tenth of a millisecond. Where it has
/// served one for a second, or nothing comes in company, all is done at once, as this costs some microseconds a
/// request.
///
/// On its context's thread alone, or whichever runs the context once that has ended; destroyed before the context.
class Turn {
 public:
  using Piece = std::move_only_function<void()>;

  explicit Turn(boost::asio::io_context& context, core::Clock clock = core::now) : context_(context), clock_(clock) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// That of the calling thread; null where it has none.
  static Turn*& of_this_thread() {
    thread_local Turn* own = nullptr;
    return own;
  }

  /// The thread has taken in a request of `subject`.
  void serves(const void* subject);
  /// Whether what is ready shall not be done at once, but be given to add(). To be asked once for each.
  bool waits();
  /// Has it done soon; at once where there is no memory to keep it. What it throws ends it alone, with a line in the
  /// log.
  void add(const void* subject, Piece piece);
  /// For core::end_of_turn: has it done behind as many pieces as waited when this turn began.
  void at_end(Piece work);
  void end();

 private:
  struct Line {
    const void* subject;
    std::list<Piece> pieces;
  };
  bool serves_one() const;
  void go_on_soon();
  void go_on();
  void do_next();

  boost::asio::io_context& context_;
  const core::Clock clock_;
  std::list<Line> lines_;    ///< each with something in it; the first is next
  std::size_t waiting_ = 0;  ///< pieces in all of them
  std::size_t of_turn_ = 0;  ///< as many are still to be done before the turn ends
  bool goes_on_ = false;     ///< go_on() runs, or will
  core::Company company_{32};
  const void* last_ = nullptr;  ///< the subject that was served last
  core::TimePoint changed_{};   ///< when that was another than before
  std::vector<Piece> works_;    ///< for the end of the turn
};

/// The turn in which this thread shall do what is ready; null where it shall do it at once.
inline Turn* turn_to_wait_for() {
  Turn* const turn = Turn::of_this_thread();
  return turn != nullptr && turn->waits() ? turn : nullptr;
}

/// The subject of what this thread took in since core::worked_for() was last null; `before` where there was none.
inline const void* subject_after(const void* before) {
  const void* const subject = std::exchange(core::worked_for(), nullptr);
  if (subject == nullptr) return before;
  if (Turn* const turn = Turn::of_this_thread()) turn->serves(subject);
  return subject;
}

/// Waits for the turn of a coroutine on the thread of `turn`, which has said that it waits.
inline boost::asio::awaitable<void> own_turn(Turn& turn, const void* subject) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void()>(
      [](auto handler, Turn* kept, const void* whose) { kept->add(whose, std::move(handler)); },
      boost::asio::use_awaitable, &turn, subject);
}

}  // namespace slipway::front
