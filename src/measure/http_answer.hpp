#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::measure {

/// Reads HTTP/1.1 answers as far as a load generator needs: the status, where the answer ends, whether the connection
/// goes on, and the beginning of an error's body. A value; one thread.
///
///   switch (answer.feed(received)) { case HttpAnswer::State::done: … answer.reset(); }
class HttpAnswer {
 public:
  enum class State { more, done, broken };

  /// Takes what was received next. `broken` when it is not HTTP, or goes on behind the answer's end.
  State feed(std::string_view bytes);
  /// What the end of the connection means: some answers end with it.
  State feed_end() const { return phase_ == Phase::until_end ? State::done : State::broken; }
  void reset();

  bool begun() const { return phase_ != Phase::head || !head_.empty(); }
  unsigned status() const { return status_; }
  bool keeps_connection() const { return keeps_connection_; }
  /// Of answers other than 200: the body, up to 4 kB of it.
  const std::string& error_body() const { return error_body_; }

 private:
  enum class Phase { head, sized, chunk_size, chunk, chunk_end, trailer, until_end, done };

  bool read_head(std::string_view head);
  bool read_field(std::string_view name, std::string_view value);
  /// Takes from the front of `bytes` what belongs to the current phase; false when it is broken.
  bool advance(std::string_view& bytes);
  bool take_line(std::string_view& bytes, std::string_view& line);
  void take_body(std::string_view& bytes);

  Phase phase_ = Phase::head;
  unsigned status_ = 0;
  bool keeps_connection_ = true;
  bool has_size_ = false;
  bool is_chunked_ = false;
  std::size_t left_bytes_ = 0;  ///< of the body, or of the chunk
  std::string head_;            ///< what came of the head, or of a line of chunking, so far
  std::string error_body_;
};

}  // namespace slipway::measure
