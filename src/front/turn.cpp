#include "front/turn.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace slipway::front {

namespace {

using namespace std::chrono_literals;

constexpr core::Duration slice = 100us;        ///< of work between two looks at the sockets
constexpr core::Duration alone_after = 100ms;  ///< without another subject a thread serves one
constexpr int patience = 8;                    ///< turns without company after which none is expected
constexpr int look_every = 32;                 ///< pieces

}  // namespace

bool Turn::waits(const void* subject) {
  const core::TimePoint now = clock_();
  if (subject != std::exchange(last_, subject)) changed_ = now;
  if (now - changed_ > alone_after) return waiting_ > 0;
  if (waiting_ > 0 || turns_left_ > 0) return true;
  if (++alone_ < look_every) return false;
  alone_ = 0;
  return true;
}

void Turn::add(const void* subject, Piece piece) {
  auto line = std::ranges::find(lines_, subject, &Line::subject);
  if (line == lines_.end()) line = lines_.insert(lines_.end(), Line{.subject = subject, .pieces = {}});
  line->pieces.push_back(std::move(piece));
  ++waiting_;
  go_on_soon();
}

void Turn::at_end(Piece work) {
  works_.push_back(std::move(work));
  go_on_soon();
}

void Turn::end() {
  auto works = std::exchange(works_, {});
  for (Piece& work : works) work();
}

/// Behind what the context has ready, and another look at its sockets.
void Turn::go_on_soon() {
  if (std::exchange(goes_on_, true)) return;
  boost::asio::post(context_, [this] { go_on(); });
}

void Turn::go_on() {
  if (of_turn_ == 0 && waiting_ > 0) {
    of_turn_ = waiting_;
    turns_left_ = waiting_ > 1 ? patience : std::max(turns_left_ - 1, 0);
  }
  for (const core::TimePoint until = clock_() + slice; of_turn_ > 0;) {
    do_next();
    if (clock_() >= until) break;
  }
  goes_on_ = false;
  if (waiting_ > 0 || (of_turn_ > 0 && !works_.empty())) go_on_soon();
  if (of_turn_ == 0) end();
}

void Turn::do_next() {
  Line& line = lines_.front();
  Piece piece = std::move(line.pieces.front());
  line.pieces.pop_front();
  --waiting_;
  --of_turn_;
  if (line.pieces.empty()) {
    lines_.pop_front();
  } else {
    lines_.splice(lines_.end(), lines_, lines_.begin());
  }
  try {
    piece();
  } catch (const std::exception& error) {
    spdlog::error("a connection ended with an error: {}", error.what());
  }
}

}  // namespace slipway::front
