// Proves that a murder works, as its users would see it: one message in through one frontend, and out through another.
#pragma once

#include <chrono>
#include <string>

#include "base/net/endpoint.h"
#include "base/result.h"
#include "operator/config/render.h"
#include "operator/topology/topology.h"

namespace murder::local {

struct Proof {
  std::string user;
  std::string delivered_through;  // a frontend
  std::string read_through;       // another one, when there are two
  bool inbox_was_made = false;    // false: it was there
  std::chrono::milliseconds delivery{0};
  std::chrono::milliseconds reading{0};
};

// Where to come in: a frontend, or a Service before several.
struct Door {
  std::string name;  // for messages
  net::Endpoint imap;
  net::Endpoint lmtp;
  std::string ca_file = {};  // PEM; passwords are sent after STARTTLS then, else in clear text
  std::string host = {};     // that its certificate is made out to
};

struct Route {
  Door in, out;
  std::string user, user_password;
  std::string admin, admin_password;
  std::string domain;
  char separator = '.';     // between the levels of a mailbox name
  bool lmtp_login = false;  // as the administrator
};

// Makes the user's INBOX when it is not there yet, delivers by LMTP at one door and reads by IMAP at the other. Errors
// say which step failed, at which door, and what it answered instead.
Result<Proof> prove(const Route& route, std::chrono::milliseconds patience);

// The same through the first frontend and the last, for the first user. No users: an Error.
Result<Proof> prove(const topology::Topology& topology, const config::Passwords& passwords,
                    std::chrono::milliseconds patience);

}  // namespace murder::local
