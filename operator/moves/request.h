// What a person asks to be moved, as the annotation murder.cyrus.dev/move and the command line say it:
//
//   user.bcyrus=u2!fast,user.acyrus=u2        MAILBOX=BACKEND[!PARTITION], several separated by commas
//
// A mailbox is named as Cyrus names it inside. Names of mailboxes may have '=' and ',' in them: what counts is the last
// '=' of an entry, and a comma within modified UTF-7 ("&AOk,AOk-", RFC 3501 section 5.1.3) ends none.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace murder::moves {

inline constexpr const char* kAnnotation = "murder.cyrus.dev/move";

struct Destination {
  std::string backend;
  std::string partition;  // empty: the backend's default
  bool operator==(const Destination&) const = default;
};

struct Request {
  std::string mailbox;
  Destination destination;
  bool operator==(const Request&) const = default;
};

struct Mistake {
  std::string entry;    // as it was written
  std::string message;  // what is wrong, and what to write instead
  bool operator==(const Mistake&) const = default;
};
using Mistakes = std::vector<Mistake>;

// All requests, or all mistakes.
std::variant<std::vector<Request>, Mistakes> parse_requests(std::string_view text);
// The same that parse_requests() reads.
std::string to_string(const std::vector<Request>& requests);

// BACKEND[!PARTITION]
Result<Destination> parse_destination(std::string_view text);
// What cannot be the name of a mailbox that is moved is an error, with the remedy.
Status check_mailbox_name(std::string_view name);

}  // namespace murder::moves
