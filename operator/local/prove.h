// Proves that a murder works, as its users would see it: one message in through one frontend, and out through another.
#pragma once

#include <chrono>
#include <string>

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

// Makes the INBOX of the first user when it is not there yet, delivers by LMTP and reads by IMAP. Errors say which step
// failed, at which frontend, and what it answered instead. No users: an Error.
Result<Proof> prove(const topology::Topology& topology, const config::Passwords& passwords,
                    std::chrono::milliseconds patience);

}  // namespace murder::local
