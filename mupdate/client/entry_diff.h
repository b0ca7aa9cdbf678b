// How far one list is from another: a frontend's from the master's, a backup's from today's.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mupdate/client/entry.h"

namespace murder::mupdate {

// In the order of mailbox_order.h. Points into the lists that were compared.
struct EntryDiff {
  struct Pair {
    const Entry* expected;
    const Entry* actual;
  };
  std::vector<const Entry*> missing;  // expected, and not there
  std::vector<const Entry*> extra;    // there, and not expected
  std::vector<Pair> different;        // there with another state, location or ACL

  bool is_empty() const { return missing.empty() && extra.empty() && different.empty(); }
  // "2 missing (user.a, user.b), 1 different (user.c)"; "in sync". Names a few of many.
  std::string summary() const;
};

// By name; of a name that comes twice in a list the last counts, as in an UPDATE stream. Lists in the order of LIST are
// compared in one pass, others are sorted first.
EntryDiff compare_entries(std::span<const Entry> expected, std::span<const Entry> actual);

}  // namespace murder::mupdate
