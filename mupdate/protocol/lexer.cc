#include "mupdate/protocol/lexer.h"

#include <algorithm>

#include "mupdate/protocol/ascii.h"

namespace murder::mupdate {
namespace {

// What Cyrus 3.6.1 answers (CYRUS.md section 11).
constexpr std::string_view need_command = "Need command";
constexpr std::string_view null_command = "Null command";
constexpr std::string_view extra_arguments = "Extra arguments";
// Where Cyrus ends the whole process instead.
constexpr std::string_view too_long_word = "Word too long";
constexpr std::string_view too_long_string = "String too long";
constexpr std::string_view too_large_literal = "Literal too large";
constexpr std::string_view too_long_line = "Line too long";

}  // namespace

void Lexer::feed(std::string_view bytes) {
  // Lines that are done with go; of an unfinished one every byte stays where its slices expect it.
  buffer_.erase(0, begin_);
  for (auto* slice : {&tag_, &name_}) slice->begin -= std::min(slice->begin, begin_);
  for (auto& slice : arguments_) slice.begin -= std::min(slice.begin, begin_);
  string_begin_ -= std::min(string_begin_, begin_);
  string_end_ -= std::min(string_end_, begin_);
  read_ -= begin_;
  begin_ = 0;
  if (state_ != State::Broken) buffer_.append(bytes);
}

Lexer::Next Lexer::next() {
  Next next = NeedMore{};
  if (state_ == State::Broken) return Malformed{"*", broken_, true};
  while (read_ < end_of_scan()) {
    if (step(next)) return next;
  }
  if (state_ == State::SkipLine) {
    begin_ = read_;
  } else if (read_ - begin_ >= limits_.total) {
    broken(next, too_long_line);
  }
  return next;
}

bool Lexer::step(Next& next) {
  switch (state_) {
    case State::Tag:
      return in_tag(next);
    case State::Name:
      return in_name(next);
    case State::Argument:
      return in_argument(next);
    case State::Quoted:
    case State::QuotedEscape:
      return in_quoted(next);
    case State::LiteralSize:
    case State::LiteralPlus:
      return in_literal_size(next);
    case State::LiteralLine:
      return in_literal_line(next);
    case State::LiteralBytes:
      return in_literal_bytes(next);
    case State::AfterArgument:
      return after_argument(next);
    case State::Word:
      return in_word(next);
    case State::LineFeed:
      if (buffer_[read_] != '\n') return malformed(next, extra_arguments);
      ++read_;
      return line_ended(next);
    case State::Text:
    case State::Data:
    case State::SkipLine:
      return to_line_feed(next);
    case State::Broken:
      break;
  }
  return false;
}

bool Lexer::in_tag(Next& next) {
  const auto longest = reading_ == Reading::Commands ? limits_.word : limits_.total;  // it may be SASL data
  for (const auto end = end_of_scan(); read_ < end; ++read_) {
    const char byte = buffer_[read_];
    if (byte == '\n') {
      Slice line{begin_, read_ - begin_};
      if (line.size > 0 && buffer_[read_ - 1] == '\r') --line.size;
      ++read_;
      if (reading_ == Reading::Commands) return refused_line(next, need_command);
      next = Data{view(line)};
      begin_line();
      return true;
    }
    if (byte == ' ') {
      if (read_ == begin_) return malformed(next, need_command);
      tag_ = {begin_, read_ - begin_};
      name_ = {read_ + 1, 0};
      ++read_;
      state_ = State::Name;
      return false;
    }
    if (read_ - begin_ >= longest && byte != '\r') return malformed(next, too_long_word);
  }
  return false;
}

bool Lexer::in_name(Next& next) {
  for (const auto end = end_of_scan(); read_ < end; ++read_) {
    const char byte = buffer_[read_];
    if (byte == ' ' || byte == '\r' || byte == '\n') {
      name_.size = read_ - name_.begin;
      if (name_.size == 0) {
        if (byte != '\n') return malformed(next, null_command);
        ++read_;
        return refused_line(next, null_command);
      }
      return after_argument(next);
    }
    if (read_ - name_.begin >= limits_.word) return malformed(next, too_long_word);
  }
  return false;
}

bool Lexer::in_argument(Next& next) {
  const char byte = buffer_[read_];
  if (byte == '"') {
    ++read_;
    begin_string(State::Quoted);
    return false;
  }
  if (byte == '{') {
    ++read_;
    literal_size_ = 0;
    literal_has_digits_ = false;
    literal_waits_ = true;
    state_ = State::LiteralSize;
    return false;
  }
  if (reading_ == Reading::Responses) {
    if (byte == ' ' || byte == '\r' || byte == '\n') return after_argument(next);
    begin_string(is_result() && arguments_.empty() ? State::Text : State::Word);
    return false;
  }
  if (byte != '\n') return malformed(next, extra_arguments);
  ++read_;
  return refused_line(next, extra_arguments);
}

bool Lexer::in_quoted(Next& next) {
  for (const auto end = end_of_scan(); read_ < end; ++read_) {
    const char byte = buffer_[read_];
    if (byte == '\n') {
      ++read_;
      return refused_line(next, extra_arguments);
    }
    if (byte == '\r') return malformed(next, extra_arguments);
    if (state_ == State::QuotedEscape) {
      state_ = State::Quoted;
      if (!keep_quoted(byte)) return malformed(next, too_long_string);
    } else if (byte == '\\') {
      state_ = State::QuotedEscape;
    } else if (byte == '"') {
      ++read_;
      end_string(string_end_);
      return false;
    } else if (!keep_quoted(byte)) {
      return malformed(next, too_long_string);
    }
  }
  return false;
}

// Escapes are removed where the string stands: what is kept never reaches past what was read.
bool Lexer::keep_quoted(char byte) {
  if (string_end_ - string_begin_ >= limits_.string) return false;
  if (string_end_ != read_) buffer_[string_end_] = byte;
  ++string_end_;
  return true;
}

bool Lexer::in_literal_size(Next& next) {
  const char byte = buffer_[read_];
  if (state_ == State::LiteralSize && byte >= '0' && byte <= '9') {
    literal_has_digits_ = true;
    // Past the limit its exact size no longer matters, and it must not overflow.
    if (literal_size_ <= limits_.string) literal_size_ = literal_size_ * 10 + static_cast<std::size_t>(byte - '0');
  } else if (state_ == State::LiteralSize && byte == '+' && literal_has_digits_) {
    literal_waits_ = false;
    state_ = State::LiteralPlus;
  } else if (byte == '}' && literal_has_digits_) {
    state_ = State::LiteralLine;
  } else {
    return malformed(next, extra_arguments);
  }
  ++read_;
  return false;
}

bool Lexer::in_literal_line(Next& next) {
  const char byte = buffer_[read_];
  if (byte == '\r' && buffer_[read_ - 1] == '}') {
    ++read_;
    return false;
  }
  if (byte != '\n') return malformed(next, extra_arguments);
  ++read_;
  const auto so_far = read_ - begin_;
  if (literal_size_ > limits_.string || so_far + literal_size_ >= limits_.total) {
    // One that waits is simply not asked for; one that does not is on its way, and is not worth reading.
    return literal_waits_ ? refused_line(next, too_large_literal) : broken(next, too_large_literal);
  }
  begin_string(State::LiteralBytes);
  if (literal_size_ == 0) end_string(string_begin_);
  if (!literal_waits_) return false;
  next = LiteralAnnounced{literal_size_};
  return true;
}

bool Lexer::in_literal_bytes(Next&) {
  read_ = std::min(end_of_scan(), string_begin_ + literal_size_);
  if (read_ == string_begin_ + literal_size_) end_string(read_);
  return false;
}

bool Lexer::in_word(Next& next) {
  for (const auto end = end_of_scan(); read_ < end; ++read_) {
    const char byte = buffer_[read_];
    if (byte == ' ' || byte == '\r' || byte == '\n') {
      end_string(read_);
      return after_argument(next);
    }
    if (read_ - string_begin_ >= limits_.string) return malformed(next, too_long_string);
  }
  return false;
}

bool Lexer::to_line_feed(Next& next) {
  const auto end = end_of_scan();
  const auto found = std::find(buffer_.begin() + static_cast<std::ptrdiff_t>(read_),
                               buffer_.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  read_ = static_cast<std::size_t>(found - buffer_.begin());
  if (read_ == end) return false;
  const auto start = state_ == State::Text ? string_begin_ : begin_;
  const auto text_end = read_ > start && buffer_[read_ - 1] == '\r' ? read_ - 1 : read_;
  ++read_;
  switch (state_) {
    case State::Text:
      end_string(text_end);
      return line_ended(next);
    case State::Data:
      next = Data{view({begin_, text_end - begin_})};
      begin_line();
      return true;
    default:
      begin_line();
      return false;
  }
}

bool Lexer::after_argument(Next& next) {
  const char byte = buffer_[read_];
  switch (byte) {
    case ' ':
      state_ = State::Argument;
      break;
    case '\r':
      state_ = State::LineFeed;
      break;
    case '\n':
      ++read_;
      return line_ended(next);
    default:
      return malformed(next, extra_arguments);
  }
  ++read_;
  return false;
}

bool Lexer::line_ended(Next& next) {
  if (too_many_) return refused_line(next, extra_arguments);
  views_.clear();
  for (const auto& slice : arguments_) views_.push_back(view(slice));
  next = Line{view(tag_), view(name_), views_};
  begin_line();
  return true;
}

bool Lexer::malformed(Next& next, std::string_view what) {
  next = Malformed{tag_.size > 0 ? view(tag_) : "*", what, false};
  begin_line();
  state_ = State::SkipLine;
  return true;
}

bool Lexer::refused_line(Next& next, std::string_view what) {
  next = Malformed{tag_.size > 0 ? view(tag_) : "*", what, false};
  begin_line();
  return true;
}

bool Lexer::broken(Next& next, std::string_view what) {
  next = Malformed{tag_.size > 0 ? view(tag_) : "*", what, true};
  broken_ = what;
  begin_ = read_;
  state_ = State::Broken;
  return true;
}

void Lexer::begin_line() {
  begin_ = read_;
  state_ = State::Tag;
  tag_ = name_ = {};
  arguments_.clear();
  too_many_ = false;
}

void Lexer::begin_string(State state) {
  string_begin_ = string_end_ = read_;
  state_ = state;
}

void Lexer::end_string(std::size_t end) {
  if (arguments_.size() < limits_.arguments) {
    arguments_.push_back({string_begin_, end - string_begin_});
  } else {
    too_many_ = true;
  }
  state_ = State::AfterArgument;
}

// How far a line may be read. What is skipped is not kept, and has no end.
std::size_t Lexer::end_of_scan() const {
  if (state_ == State::SkipLine || limits_.total > buffer_.size() - begin_) return buffer_.size();
  return begin_ + limits_.total;
}

// "* OK MUPDATE ..." is the banner, whose words are strings; every other OK, NO, BAD and BYE has one text.
bool Lexer::is_result() const {
  const auto name = view(name_);
  if (is_word(name, "OK")) return view(tag_) != "*";
  return is_word(name, "NO") || is_word(name, "BAD") || is_word(name, "BYE");
}

}  // namespace murder::mupdate
