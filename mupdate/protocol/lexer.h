// Splits a connection's bytes into lines of MUPDATE (RFC 3656 section 2), in either direction.
//
//   line    = tag SP name *(SP string) CRLF        a bare LF is taken for a CRLF, as Cyrus does
//   string  = quoted / literal
//   literal = "{" n ["+"] "}" CRLF n*OCTET         in both directions; without "+" the sender waits for "+ go ahead"
//
// Fed whatever arrives, in pieces of any size; no byte is looked at twice, and how the bytes were cut never changes
// what comes out. Strings stay where they arrived: what next() returns are views into the lexer's buffer.
//
// Responses are read leniently where Cyrus departs from the grammar: strings without quotes ("* AUTH PLAIN", "S1 OK
// Begin TLS negotiation now", where a result's text reaches to the end of the line), and lines without a space, which
// are SASL data. Commands are read as strictly as Cyrus does, and refused in its words.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mupdate/protocol/limits.h"

namespace murder::mupdate {

class Lexer {
 public:
  enum class Reading { Commands, Responses };

  struct NeedMore {};
  // The views are valid until the next call of feed() or next().
  struct Line {
    std::string_view tag;
    std::string_view name;
    std::span<const std::string_view> arguments;
  };
  // SASL data, or the "*" that cancels it. Of commands only after expect_data().
  struct Data {
    std::string_view text;
  };
  // The peer announced a literal and waits for "+ go ahead" before it sends it.
  struct LiteralAnnounced {
    std::size_t size;
  };
  struct Malformed {
    std::string_view tag;   // "*" when even that was missing
    std::string_view what;  // the text for BAD, in Cyrus's words where it has any; a literal
    bool fatal;             // what follows cannot be told apart any more: answer, then close
  };
  using Next = std::variant<NeedMore, Line, Data, LiteralAnnounced, Malformed>;

  explicit Lexer(Reading reading, Limits limits = {}) : reading_(reading), limits_(limits) {}

  void feed(std::string_view bytes);
  // To be called until it answers NeedMore. A malformed line is reported once and then skipped.
  Next next();

  // The next line is SASL data. Call between two lines only.
  void expect_data() { state_ = State::Data; }
  // True when nothing is left of what was fed, as it has to be when TLS begins.
  bool is_drained() const { return read_ == buffer_.size() && read_ == begin_; }

 private:
  // Each says what the next byte belongs to.
  enum class State {
    Tag,
    Name,
    Argument,       // a space was read: a string begins
    Quoted,         // between the quotes
    QuotedEscape,   // after a backslash
    LiteralSize,    // after "{"
    LiteralPlus,    // after "{n+"
    LiteralLine,    // after "{n}": the line has to end
    LiteralBytes,   // the octets
    AfterArgument,  // a space or the end of the line
    Word,           // responses: a string without quotes
    Text,           // responses: a result's text without quotes, to the end of the line
    LineFeed,       // after a CR
    Data,           // a line of SASL data
    SkipLine,       // what is left of a malformed line
    Broken,         // after a fatal error: nothing more
  };
  struct Slice {
    std::size_t begin = 0;
    std::size_t size = 0;
  };

  bool step(Next& next);
  bool in_tag(Next& next);
  bool in_name(Next& next);
  bool in_argument(Next& next);
  bool in_quoted(Next& next);
  bool in_literal_size(Next& next);
  bool in_literal_line(Next& next);
  bool in_literal_bytes(Next& next);
  bool in_word(Next& next);
  bool to_line_feed(Next& next);
  bool after_argument(Next& next);

  bool malformed(Next& next, std::string_view what);     // and skips the rest of the line
  bool refused_line(Next& next, std::string_view what);  // the line has ended already
  bool broken(Next& next, std::string_view what);
  bool line_ended(Next& next);
  void begin_line();
  void begin_string(State state);
  void end_string(std::size_t end);
  bool keep_quoted(char byte);

  std::size_t end_of_scan() const;
  std::string_view view(Slice slice) const { return std::string_view(buffer_).substr(slice.begin, slice.size); }
  bool is_result() const;

  Reading reading_;
  Limits limits_;
  State state_ = State::Tag;

  std::string buffer_;
  std::size_t begin_ = 0;  // of the line
  std::size_t read_ = 0;   // the next byte to look at

  Slice tag_;
  Slice name_;
  std::vector<Slice> arguments_;
  std::vector<std::string_view> views_;
  bool too_many_ = false;

  std::size_t string_begin_ = 0;
  std::size_t string_end_ = 0;  // of a quoted string: what is kept of it, behind read_ once an escape was removed
  std::size_t literal_size_ = 0;
  bool literal_has_digits_ = false;
  bool literal_waits_ = false;
  std::string_view broken_ = {};
};

}  // namespace murder::mupdate
