#include "front/turn.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <list>
#include <new>
#include <utility>

namespace slipway::front {

namespace {

using namespace std::chrono_literals;

constexpr core::Duration slice = 100us;     ///< of work between two looks at the sockets
constexpr core::Duration alone_after = 1s;  ///< without another subject a thread serves one

}  // namespace

void Turn::serves(const void* subject) {
  if (std::exchange(last_, subject) != subject) changed_ = clock_();
}

bool Turn::serves_one() const { return clock_() - changed_ > alone_after; }

bool Turn::waits() {
  if (waiting_ > 0) return true;
  return !serves_one() && company_.is_expected();
}

void Turn::add(const void* subject, Piece piece) {
  try {
    std::list<Line> line;
    line.push_back({.subject = subject, .pieces = {}});
    line.front().pieces.emplace_back();
    go_on_soon();
    line.front().pieces.front() = std::move(piece);
    ++waiting_;
    if (const auto its = std::ranges::find(lines_, subject, &Line::subject); its != lines_.end()) {
      its->pieces.splice(its->pieces.end(), line.front().pieces);
    } else {
      lines_.splice(lines_.end(), line);
    }
  } catch (const std::bad_alloc&) {  // before it was moved
    piece();
  }
}

void Turn::at_end(Piece work) {
  works_.push_back(std::move(work));
  go_on_soon();
}

void Turn::end() {
  auto works = std::exchange(works_, {});
  for (Piece& work : works) work();
}

/// Behind what the context has ready. It looks at its sockets before, and does what it finds there after.
void Turn::go_on_soon() {
  if (goes_on_) return;
  boost::asio::post(context_, [this] { go_on(); });
  goes_on_ = true;
}

void Turn::go_on() {
  if (of_turn_ == 0 && waiting_ > 0) {
    of_turn_ = waiting_;
    company_.seen(waiting_ > 1);
  }
  const bool stops = !serves_one();
  for (const core::TimePoint until = clock_() + slice; of_turn_ > 0;) {
    do_next();
    if (stops && clock_() >= until) break;
  }
  goes_on_ = false;
  if (waiting_ > 0) go_on_soon();
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
