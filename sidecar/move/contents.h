// What is in a mailbox, read from the answer to SYNCGET FULLMAILBOX: the command by which Cyrus's own replication, and
// so its XFER, sees a mailbox. An administrator may give it without any right on the mailbox, calendars and Sieve
// scripts are seen too, names are internal ones, and it changes nothing.
//
//   * MAILBOX %(UNIQUEID … MBOXNAME user.u1 LAST_UID 5 HIGHESTMODSEQ 8 UIDVALIDITY 17958976 … RECORD (%(UID 1 MODSEQ 2
//     … FLAGS (\Seen) INTERNALDATE 17958976 SIZE 24 GUID f8ba… …) %(UID 2 …)))
//   2 OK success
//
// All of a mailbox is one line, so it is taken as it comes and never kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sidecar/move/digest.h"

namespace murder::move {

// What a mailbox held at a moment in the past.
struct Mark {
  std::uint32_t uid_next = 0;
  std::uint64_t highest_modseq = 0;
};

// Of the messages that there were at the mark: those that are there, and those expunged after it. Every message that
// was there is one of both, or is lost. Those expunged before the mark have a lower MODSEQ.
struct Kept {
  std::uint32_t messages = 0;
  Digest digest = {};
  Digest flags_digest = {};
  std::uint32_t changed = 0;  // since the mark
};

struct Contents {
  std::string name = {};
  std::uint32_t uid_validity = 0;
  std::uint32_t uid_next = 0;
  std::uint64_t highest_modseq = 0;
  std::uint32_t messages = 0;
  Digest digest = {};        // of UID, content and date of each
  Digest flags_digest = {};  // of UID and flags of each
  std::optional<Kept> kept = {};
};

class ContentsReader {
 public:
  ContentsReader(std::string tag, std::optional<Mark> since);

  // True when the tagged answer has come: then finish() says what it was.
  Result<bool> feed(std::string_view bytes);
  Result<Contents> finish() &&;

 private:
  enum class State { Prefix, SkipLine, Answer, Between, Word, Quoted, QuotedEscape, LiteralSize, LiteralBytes, Done };
  enum class Kind { Mailbox, Records, Record, Flags, Other };
  struct List {
    Kind kind = Kind::Other;
    std::string key = {};  // of the value that comes next; empty when a key does
  };
  struct Record {
    std::uint32_t uid = 0;
    std::uint64_t modseq = 0;
    std::string guid = {};
    std::string internal_date = {};
    std::vector<std::string> flags = {};
  };

  void take(char c);
  void take_prefix(char c);
  void take_between(char c);
  void take_literal_size(char c);
  void end_string();
  void open_list();
  void close_list();
  void take_string(const std::string& value);
  void take_of_mailbox(const std::string& key, const std::string& value);
  void take_of_record(const std::string& key, const std::string& value);
  void end_record();
  void fail(std::string why);
  template <typename Number>
  void number(const std::string& value, Number& into);

  const std::string tag_;
  State state_ = State::Prefix;
  std::string text_;         // of the prefix, the string or the answer under way
  std::size_t literal_ = 0;  // octets to come
  std::vector<List> lists_;
  Record record_;
  bool seen_mailbox_ = false;
  Contents contents_;
  std::optional<Mark> since_;
  std::optional<Error> error_;
};

}  // namespace murder::move
