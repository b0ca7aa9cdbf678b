// What Cyrus says about sessions, users and mailboxes inside the text of a message, and what must not leave with it.
#pragma once

#include <string>
#include <string_view>

namespace murder::logs {

// Views into the text; empty where it says nothing.
struct Fields {
  std::string_view session;
  std::string_view user;
  std::string_view mailbox;

  bool operator==(const Fields&) const = default;
};

Fields extract_fields(std::string_view text);

// Where `text` holds the initial response of a SASL exchange that carries a password (AUTHENTICATE PLAIN, AUTH LOGIN),
// that response alone; empty otherwise. Cyrus logs none by itself; a client's broken command line may end up in a
// message about it.
std::string_view find_secret(std::string_view text);

}  // namespace murder::logs
