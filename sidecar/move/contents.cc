#include "sidecar/move/contents.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace murder::move {
namespace {

// Longer than any key, flag, name or number. What is longer is of no interest here: values of annotations.
constexpr std::size_t longest_kept = 2048;
constexpr std::size_t deepest = 32;
constexpr std::string_view expunged = "\\Expunged";

}  // namespace

ContentsReader::ContentsReader(std::string tag, std::optional<Mark> since) : tag_(std::move(tag)), since_(since) {
  if (since_) contents_.kept.emplace();
}

void ContentsReader::fail(std::string why) {
  if (!error_) error_ = Error{"SYNCGET: " + std::move(why)};
}

template <typename Number>
void ContentsReader::number(const std::string& value, Number& into) {
  const char* const end = value.data() + value.size();
  const auto [after, error] = std::from_chars(value.data(), end, into);
  if (error != std::errc{} || after != end) fail("not a number: " + value.substr(0, 40));
}

Result<bool> ContentsReader::feed(std::string_view bytes) {
  while (!bytes.empty() && !error_ && state_ != State::Done) {
    if (state_ == State::LiteralBytes && literal_ > 0) {
      const auto part = bytes.substr(0, literal_);
      text_.append(part.substr(0, longest_kept - std::min(longest_kept, text_.size())));
      literal_ -= part.size();
      bytes.remove_prefix(part.size());
      continue;
    }
    take(bytes.front());
    bytes.remove_prefix(1);
  }
  if (error_) return *error_;
  return state_ == State::Done;
}

void ContentsReader::take(char c) {
  switch (state_) {
    case State::Prefix:
      return take_prefix(c);
    case State::SkipLine:
      if (c == '\n') state_ = State::Prefix;
      return;
    case State::Answer:
      if (c == '\n') {
        state_ = State::Done;
      } else if (c != '\r' && text_.size() < longest_kept) {
        text_.push_back(c);
      }
      return;
    case State::LiteralBytes:  // all of it has come
      end_string();
      return take_between(c);
    case State::Between:
      return take_between(c);
    case State::Word:
      if (c == ' ' || c == '(' || c == ')' || c == '\r' || c == '\n') {
        end_string();
        return take_between(c);
      }
      break;
    case State::Quoted:
      if (c == '"') return end_string();
      if (c == '\\') {
        state_ = State::QuotedEscape;
        return;
      }
      break;
    case State::QuotedEscape:
      state_ = State::Quoted;
      break;
    case State::LiteralSize:
      return take_literal_size(c);
    case State::Done:
      return;
  }
  if (text_.size() < longest_kept) text_.push_back(c);
}

void ContentsReader::take_prefix(char c) {
  if (c == '\n') {
    text_.clear();
    return;
  }
  if (c != ' ') {
    if (c == '\r') return;
    if (text_.size() > longest_kept) return fail("a line without end");
    text_.push_back(c);
    return;
  }
  if (text_ == "*") {
    text_.push_back(' ');
    return;
  }
  if (text_ == "* MAILBOX") {
    if (seen_mailbox_) return fail("more than one mailbox");
    seen_mailbox_ = true;
    state_ = State::Between;
  } else if (text_ == tag_) {
    state_ = State::Answer;
  } else if (text_ == "* BYE") {
    fail("the server says BYE");
  } else {
    state_ = State::SkipLine;
  }
  text_.clear();
}

void ContentsReader::take_between(char c) {
  state_ = State::Between;
  switch (c) {
    case ' ':
    case '\r':
    case '%':  // "%(" begins a list of keys and values
      return;
    case '\n':
      if (!lists_.empty()) fail("a line ends in the middle of a mailbox");
      state_ = State::Prefix;
      return;
    case '(':
      return open_list();
    case ')':
      return close_list();
    case '"':
      state_ = State::Quoted;
      return;
    case '{':
      state_ = State::LiteralSize;
      return;
    default:
      state_ = State::Word;
      text_.push_back(c);
  }
}

// "{3+}\r\nabc" and "{3}\r\nabc"
void ContentsReader::take_literal_size(char c) {
  if (c == '\r' || c == '+' || c == '}') return;
  if (c != '\n') {
    if (text_.size() > 20) return fail("a literal's size is too long");
    text_.push_back(c);
    return;
  }
  number(text_, literal_);
  text_.clear();
  state_ = State::LiteralBytes;
}

void ContentsReader::end_string() {
  state_ = State::Between;
  take_string(text_);
  text_.clear();
}

void ContentsReader::open_list() {
  if (lists_.size() >= deepest) return fail("lists nested too deeply");
  Kind kind = Kind::Other;
  if (lists_.empty()) {
    kind = Kind::Mailbox;
  } else if (const auto& outer = lists_.back(); outer.kind == Kind::Mailbox && outer.key == "RECORD") {
    kind = Kind::Records;
  } else if (outer.kind == Kind::Records) {
    kind = Kind::Record;
    record_ = {};
  } else if (outer.kind == Kind::Record && outer.key == "FLAGS") {
    kind = Kind::Flags;
  }
  lists_.push_back({kind});
}

void ContentsReader::close_list() {
  if (lists_.empty()) return fail("a list ends that did not begin");
  if (lists_.back().kind == Kind::Record) end_record();
  lists_.pop_back();
  if (!lists_.empty()) lists_.back().key.clear();
}

void ContentsReader::take_string(const std::string& value) {
  if (lists_.empty()) return;
  auto& list = lists_.back();
  if (list.kind == Kind::Flags) {
    record_.flags.push_back(value);
    return;
  }
  if (list.kind != Kind::Mailbox && list.kind != Kind::Record) return;
  if (list.key.empty()) {
    if (value.empty()) return fail("a key is empty");
    list.key = value;
    return;
  }
  if (list.kind == Kind::Mailbox) {
    take_of_mailbox(list.key, value);
  } else {
    take_of_record(list.key, value);
  }
  list.key.clear();
}

void ContentsReader::take_of_mailbox(const std::string& key, const std::string& value) {
  if (key == "MBOXNAME") {
    contents_.name = value;
  } else if (key == "UIDVALIDITY") {
    number(value, contents_.uid_validity);
  } else if (key == "HIGHESTMODSEQ") {
    number(value, contents_.highest_modseq);
  } else if (key == "LAST_UID") {
    std::uint32_t last = 0;
    number(value, last);
    if (last == std::numeric_limits<std::uint32_t>::max()) return fail("UIDs are used up");
    contents_.uid_next = last + 1;
  }
}

void ContentsReader::take_of_record(const std::string& key, const std::string& value) {
  if (key == "UID") {
    number(value, record_.uid);
  } else if (key == "MODSEQ") {
    number(value, record_.modseq);
  } else if (key == "GUID") {
    record_.guid = value;
  } else if (key == "INTERNALDATE") {
    record_.internal_date = value;
  }
}

void ContentsReader::end_record() {
  if (record_.uid == 0 || record_.guid.empty()) return fail("a message without UID or GUID");
  const auto uid = std::to_string(record_.uid);
  const auto message = uid + " " + record_.guid + " " + record_.internal_date;
  const bool is_expunged = std::find(record_.flags.begin(), record_.flags.end(), expunged) != record_.flags.end();
  // The bits that flags are kept in are those of one server.
  std::sort(record_.flags.begin(), record_.flags.end());
  std::string flags = uid;
  for (const auto& flag : record_.flags) flags += " " + flag;

  if (!is_expunged) {
    ++contents_.messages;
    contents_.digest.add(message);
    contents_.flags_digest.add(flags);
  }
  if (!since_ || record_.uid >= since_->uid_next) return;
  const bool changed = record_.modseq > since_->highest_modseq;
  if (is_expunged && !changed) return;
  auto& kept = *contents_.kept;
  ++kept.messages;
  kept.digest.add(message);
  if (!is_expunged) kept.flags_digest.add(flags);
  if (changed) ++kept.changed;
}

Result<Contents> ContentsReader::finish() && {
  if (error_) return *std::move(error_);
  if (state_ != State::Done) return Error{"SYNCGET: no end of the answer"};
  if (!text_.starts_with("OK")) return Error{"SYNCGET: " + text_};
  if (!seen_mailbox_ || contents_.name.empty() || contents_.uid_validity == 0 || contents_.uid_next == 0) {
    return Error{"SYNCGET: an answer without the mailbox"};
  }
  return std::move(contents_);
}

}  // namespace murder::move
