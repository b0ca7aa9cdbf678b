// A record of mailboxes.db, as `cyr_dbtool … get` prints it: Cyrus's dlist notation (imap/dlist.c, imap/mboxlist.c).
//
//   %(T e I zot05vaow373qlavkpz5lvx5 P p1 V 1795569169 C 1 F 1 M 1795569168 A %(dup lrswipkxtecdan))
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace murder::where {

struct Mbentry {
  std::string type;       // letters: e mailbox, r remote, m moving, d deleted, z reserved, i intermediate, …
  std::string partition;  // empty for remote ones of a frontend
  std::string server;     // of remote ones
  std::string acl;        // as MUPDATE writes it: "dup\tlrswipkxtecdan\t"
  std::string unique_id = {};

  bool is(char letter) const { return type.find(letter) != std::string::npos; }
  bool operator==(const Mbentry&) const = default;
};

Result<Mbentry> parse_mbentry(std::string_view text);

// The key of a mailbox in mailboxes.db: "N", then the internal name with 0x1F for '.' and 0x1D for the '!' behind a
// domain, whose own dots stay.
std::string mailbox_key(std::string_view internal_name);

}  // namespace murder::where
