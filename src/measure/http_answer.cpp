#include "measure/http_answer.hpp"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>

namespace slipway::measure {

namespace {

constexpr std::size_t most_head_bytes = 64U << 10U;
constexpr std::size_t most_error_bytes = 4U << 10U;

template <class Number>
bool read_number(std::string_view text, Number& value, int base) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return failure == std::errc() && end == text.data() + text.size();
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

HttpAnswer::State HttpAnswer::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (phase_ == Phase::done) return State::broken;
    if (!advance(bytes)) return State::broken;
  }
  return phase_ == Phase::done ? State::done : State::more;
}

void HttpAnswer::reset() {
  phase_ = Phase::head;
  status_ = 0;
  keeps_connection_ = true;
  has_size_ = false;
  is_chunked_ = false;
  left_bytes_ = 0;
  head_.clear();
  error_body_.clear();
}

bool HttpAnswer::advance(std::string_view& bytes) {
  std::string_view line;
  switch (phase_) {
    case Phase::head: {
      // the usual answer comes in one piece, which is read where it lies
      constexpr std::string_view end_mark = "\r\n\r\n";
      if (!head_.empty()) {
        const std::size_t before = head_.size();
        head_ += bytes;
        const auto end = head_.find(end_mark, before < 3 ? 0 : before - 3);
        if (end == std::string::npos) {
          bytes = {};
          return head_.size() <= most_head_bytes;
        }
        bytes.remove_prefix(end + end_mark.size() - before);
        const std::string head = std::exchange(head_, {});
        return read_head(std::string_view(head).substr(0, end));
      }
      const auto end = bytes.find(end_mark);
      if (end == std::string_view::npos) {
        head_ = bytes;
        bytes = {};
        return head_.size() <= most_head_bytes;
      }
      const std::string_view head = bytes.substr(0, end);
      bytes.remove_prefix(end + end_mark.size());
      return read_head(head);
    }
    case Phase::sized:
      take_body(bytes);
      if (left_bytes_ == 0) phase_ = Phase::done;
      return true;
    case Phase::chunk_size:
      if (!take_line(bytes, line)) return head_.size() <= most_head_bytes;
      if (!read_number(trimmed(line.substr(0, line.find(';'))), left_bytes_, 16)) return false;
      phase_ = left_bytes_ == 0 ? Phase::trailer : Phase::chunk;
      head_.clear();
      return true;
    case Phase::chunk:
      take_body(bytes);
      if (left_bytes_ == 0) phase_ = Phase::chunk_end;
      return true;
    case Phase::chunk_end:
      if (!take_line(bytes, line)) return head_.size() <= most_head_bytes;
      phase_ = Phase::chunk_size;
      return line.empty() && (head_.clear(), true);
    case Phase::trailer:
      if (!take_line(bytes, line)) return head_.size() <= most_head_bytes;
      if (line.empty()) phase_ = Phase::done;
      head_.clear();
      return true;
    case Phase::until_end:
      left_bytes_ = bytes.size();
      take_body(bytes);
      return true;
    case Phase::done: break;
  }
  return false;
}

bool HttpAnswer::take_line(std::string_view& bytes, std::string_view& line) {
  const auto newline = bytes.find('\n');
  head_ += bytes.substr(0, newline);
  if (newline == std::string_view::npos) {
    bytes = {};
    return false;
  }
  bytes.remove_prefix(newline + 1);
  line = head_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

void HttpAnswer::take_body(std::string_view& bytes) {
  const std::size_t taken = std::min(bytes.size(), left_bytes_);
  if (status_ != 200 && error_body_.size() < most_error_bytes)
    error_body_ += bytes.substr(0, std::min(taken, most_error_bytes - error_body_.size()));
  bytes.remove_prefix(taken);
  left_bytes_ -= taken;
}

bool HttpAnswer::read_head(std::string_view head) {
  // HTTP/1.1 200 OK
  constexpr std::string_view protocol = "HTTP/1.";
  if (!head.starts_with(protocol) || head.size() < 12 || head[8] != ' ') return false;
  keeps_connection_ = head[7] != '0';
  if (!read_number(head.substr(9, 3), status_, 10)) return false;
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;) {
    const std::size_t begin = at + 2;
    at = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, at == std::string_view::npos ? at : at - begin);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    if (!read_field(line.substr(0, colon), trimmed(line.substr(colon + 1)))) return false;
  }
  if (status_ < 200) {  // an interim answer: the real one follows
    reset();
    return true;
  }
  if (status_ == 204 || status_ == 304) {
    phase_ = Phase::done;
  } else if (is_chunked_) {
    phase_ = Phase::chunk_size;
  } else if (has_size_) {
    phase_ = left_bytes_ == 0 ? Phase::done : Phase::sized;
  } else {
    phase_ = Phase::until_end;
    keeps_connection_ = false;
  }
  return true;
}

bool HttpAnswer::read_field(std::string_view name, std::string_view value) {
  if (name.size() == 14 && boost::iequals(name, "content-length")) {
    has_size_ = true;
    return read_number(value, left_bytes_, 10);
  }
  if (name.size() == 17 && boost::iequals(name, "transfer-encoding")) is_chunked_ = boost::iends_with(value, "chunked");
  if (name.size() == 10 && boost::iequals(name, "connection")) {
    if (boost::iequals(value, "close")) keeps_connection_ = false;
    if (boost::iequals(value, "keep-alive")) keeps_connection_ = true;
  }
  return true;
}

}  // namespace slipway::measure
