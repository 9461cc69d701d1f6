#pragma once

#include <memory>
#include <string>

namespace crm {

/// What is told while somebody dictates. All calls come on the thread that the stream was opened on.
class SpeechEvents {
 public:
  virtual ~SpeechEvents() = default;
  virtual void on_available() = 0;                             ///< sound is listened to from now on
  virtual void on_unavailable(const std::string& reason) = 0;  ///< for now; it is tried again
  virtual void on_interim(const std::string& text) = 0;        ///< replaces the last one, on_unavailable between or not
  virtual void on_final(const std::string& text) = 0;          ///< is kept
  virtual void on_end() = 0;                                   ///< after stop(): nothing more comes
};

/// One dictation. Destroying it drops it: nothing is told any more.
class SpeechStream {
 public:
  virtual ~SpeechStream() = default;
  virtual void send(std::string sound) = 0;  ///< 16-bit little-endian samples, one channel
  virtual void stop() = 0;                   ///< all has been said
};

struct SpeechState {
  bool available = false;
  std::string reason;  ///< why not
};

/// Whatever turns speech into text.
class SpeechService {
 public:
  virtual ~SpeechService() = default;
  virtual SpeechState state() const = 0;  ///< from any thread, at once
  /// `language` is en or pt, `rate` in samples a second. The events must outlive the stream.
  virtual std::unique_ptr<SpeechStream> open(const std::string& language, int rate, SpeechEvents& events) = 0;
};

}  // namespace crm
