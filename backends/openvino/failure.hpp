#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

#include "slipway/backend.h"

/// A failure on its way to the edge of this backend, where `guarded` makes it a code and a sentence.
class Failure : public std::runtime_error {
 public:
  Failure(slipway_code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  slipway_code code() const { return code_; }

 private:
  slipway_code code_;
};

inline void write(slipway_error* error, std::string_view message) {
  if (error == nullptr) return;
  // OpenVINO's reports go over several lines; an error is a part of one sentence
  while (message.ends_with(' ') || message.ends_with('\n')) message.remove_suffix(1);
  const std::size_t length = message.copy(error->message, SLIPWAY_ERROR_CAPACITY - 1);
  error->message[length] = '\0';
  std::replace(error->message, error->message + length, '\n', ' ');
}

/// Runs `action`; no exception leaves it.
template <class Action>
slipway_code guarded(slipway_error* error, Action&& action) noexcept {
  try {
    action();
    return SLIPWAY_OK;
  } catch (const Failure& failure) {
    write(error, failure.what());
    return failure.code();
  } catch (const std::exception& exception) {
    write(error, exception.what());
  } catch (...) {
    write(error, "OpenVINO threw something that is no exception");
  }
  return SLIPWAY_INTERNAL;
}
