// The order in which LIST and UPDATE name mailboxes. `ctl_mboxlist -m` of Cyrus 3.6 and later walks a master's LIST and
// its own mailboxes.db in lockstep, and dies when the orders differ ("mupdate said not us before it said us", Cyrus
// issue 4946; MUPDATE.md 1.7).
//
// It is the order of the database keys: bytes, after the hierarchy separator "." became 0x1F, the "!" after a domain
// 0x1D, and "^", which stands for a dot within a name ("john.doe" is user.john^doe), a dot again. So children come
// right after their parent, before any sibling whose name only begins like the parent's:
//   user.foo   user.foo.x   user.foo bar   user.foo-bar   user.foo^bar   user.foo1
// The dots of a domain separate nothing, and stay. (Seen of a real 3.6.1 master with random names: client_e2e.cc.)
#pragma once

#include <compare>
#include <string_view>

namespace murder::mupdate {

std::strong_ordering compare_mailboxes(std::string_view a, std::string_view b);

// For containers; takes views, so that nothing has to be copied to look something up.
struct MailboxOrder {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return compare_mailboxes(a, b) < 0; }
};

}  // namespace murder::mupdate
