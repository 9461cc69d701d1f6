#pragma once

#include <fmt/format.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::ship {

/// A value as it may stand in YAML (or in a unit of systemd): what comes from outside becomes text only through one of
/// these, so that no name, path or image can end a line, open a mapping or turn into a number.
class Scalar {
 public:
  /// The text, quoted where YAML would take it for anything else than that text.
  static Scalar text(std::string_view value);
  /// Always quoted, as the values of variables and labels are, which must be strings.
  static Scalar quoted(std::string_view value);
  /// One line of a comment: what would end it is told by its number.
  static Scalar comment(std::string_view value);
  /// A text of many lines as it is, but for line breaks at its end, which become one; `indent` is two more than that of
  /// its key. What is no text must not come here.
  static Scalar block(std::string_view value, std::size_t indent);
  /// Quoted for Compose and for a container's variables and arguments in Kubernetes, which put others in for $NAME,
  /// $(NAME).
  static Scalar not_expanded(std::string_view value);
  /// One word of a setting of a systemd unit, quoted where it must be. `expands`: in a command, which takes $NAME for a
  /// variable.
  static Scalar unit_word(std::string_view value, bool expands = false);
  static Scalar duration(std::chrono::seconds value) { return Scalar(fmt::format("{}s", value.count())); }
  static Scalar boolean(bool value) { return Scalar(value ? "true" : "false"); }
  static Scalar number(std::integral auto value) { return Scalar(fmt::format("{}", value)); }

  const std::string& yaml() const { return yaml_; }

 private:
  explicit Scalar(std::string yaml) : yaml_(std::move(yaml)) {}

  std::string yaml_;
};

/// Whether a text is UTF-8 without control characters: what names, paths and images are held to.
bool is_plain_text(std::string_view value);

/// YAML with comments, written piece by piece. A piece is text of ours, which begins after its first line break, with
/// {} for scalars:
///
///   YamlText text;
///   text.add(4, R"(
///   image: {}
///   ports:
///     - containerPort: {}
///   )", Scalar::text(image), Scalar::number(8000));
///
/// One thread.
class YamlText {
 public:
  template <std::same_as<Scalar>... Values>
  void add(std::size_t indent, std::string_view piece, const Values&... values) {
    add_lines(indent, fmt::format(fmt::runtime(piece), values.yaml()...));
  }
  /// Notes that the next line is one that a user may want to change.
  void mark(std::string title) { marks_.push_back({std::move(title), lines_ + 1}); }
  /// Another text, with its marks.
  void append(const YamlText& more);

  struct Mark {
    std::string title;
    std::size_t line = 0;  ///< from 1
  };
  const std::vector<Mark>& marks() const { return marks_; }
  const std::string& text() const { return text_; }

 private:
  void add_lines(std::size_t indent, std::string_view lines);

  std::string text_;
  std::size_t lines_ = 0;
  std::vector<Mark> marks_;
};

/// The document with a comment before it: `about`, then what may be changed and in which line that is.
std::string with_index(const std::string& about, const YamlText& document);

}  // namespace slipway::ship
